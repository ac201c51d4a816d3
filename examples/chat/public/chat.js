// The page's side of the chat: one connection for all rooms, which is made again when it is lost.
const part = id => document.getElementById(id)
const messages = part('messages')

let socket = null
let you = ''
let room = location.hash.slice(1)
/** The last message that this page has of each room. */
const seen = new Map()
let wait = 500
let typingSent = 0
const typing = new Map()
const nights = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

// --- What the server tells ---

const news = {
  welcome({ name, rooms }) {
    you = name
    showRooms(rooms)
    enter(rooms.some(({ name }) => name === room) ? room : rooms[0].name)
  },
  rooms({ rooms }) {
    showRooms(rooms)
  },
  entered({ room: entered, people, history }) {
    if (entered !== room) return
    part('room').textContent = entered
    showPeople(people)
    for (const message of history) show(message)
  },
  said(message) {
    typing.delete(message.name)
    showTyping()
    show(message)
  },
  came({ name, people }) {
    showPeople(people)
    tell(`${name} has sat down`)
  },
  left({ name, people }) {
    typing.delete(name)
    showTyping()
    showPeople(people)
    tell(`${name} has gone`)
  },
  typing({ name }) {
    typing.set(name, Date.now())
    showTyping()
    setTimeout(showTyping, 4000)
  },
  problem({ text }) {
    tell(text)
  },
}

// --- What is shown ---

function show({ id, name, text, at }) {
  if (id <= (seen.get(room) ?? 0)) return
  seen.set(room, id)
  const last = messages.lastElementChild
  const item = document.createElement('li')
  item.className = 'message'
  item.dataset.name = name
  if (name === you) item.classList.add('own')
  if (last?.dataset.name === name) item.classList.add('again')
  item.style.setProperty('--hue', hueOf(name))
  const who = document.createElement('p')
  who.className = 'who'
  const when = document.createElement('time')
  when.dateTime = new Date(at).toISOString()
  when.textContent = nights.format(at)
  who.append(name, when)
  const what = document.createElement('p')
  what.className = 'what'
  what.textContent = text
  item.append(who, what)
  add(item)
}

function tell(text) {
  const item = document.createElement('li')
  item.className = 'news'
  item.textContent = text
  add(item)
}

function add(item) {
  const atEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80
  messages.append(item)
  while (messages.children.length > 500) messages.firstElementChild.remove()
  if (atEnd || item.classList.contains('own')) messages.scrollTop = messages.scrollHeight
}

function showRooms(rooms) {
  part('rooms').replaceChildren(
    ...rooms.map(({ name, count }) => {
      const item = document.createElement('li')
      const button = document.createElement('button')
      const number = document.createElement('span')
      number.className = 'count'
      number.textContent = count === 0 ? '' : count
      button.append(name, number)
      if (name === room) button.setAttribute('aria-current', 'true')
      button.addEventListener('click', () => enter(name))
      item.append(button)
      return item
    }),
  )
}

function showPeople(people) {
  part('people').textContent = people.map(name => (name === you ? `${name} (you)` : name)).join(', ')
}

function showTyping() {
  const now = Date.now()
  for (const [name, since] of typing) if (now - since > 3900) typing.delete(name)
  const names = [...typing.keys()]
  part('typing').textContent =
    names.length === 0
      ? ''
      : names.length > 3
        ? 'Several people are typing…'
        : `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} typing…`
}

function hueOf(name) {
  let hue = 0
  for (const letter of name) hue = (hue * 31 + letter.codePointAt(0)) % 360
  return hue
}

// --- What is asked of the server ---

function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
}

function enter(name) {
  if (name !== room) {
    messages.replaceChildren()
    seen.delete(name)
  }
  room = name
  history.replaceState(null, '', `#${name}`)
  typing.clear()
  showTyping()
  send({ kind: 'enter', room, after: seen.get(room) ?? 0 })
  for (const button of part('rooms').querySelectorAll('button'))
    button.toggleAttribute('aria-current', button.firstChild.textContent === name)
}

part('say').addEventListener('submit', event => {
  event.preventDefault()
  const text = part('text').value.trim()
  if (text === '' || socket?.readyState !== WebSocket.OPEN) return
  send({ kind: 'say', text })
  part('text').value = ''
  typingSent = 0
})

part('text').addEventListener('input', () => {
  if (Date.now() - typingSent < 3000) return
  typingSent = Date.now()
  send({ kind: 'typing' })
})

// --- The connection ---

function connect(name) {
  const address = new URL('/talk', location.href)
  address.protocol = address.protocol.replace('http', 'ws')
  address.searchParams.set('name', name)
  socket = new WebSocket(address)
  socket.onopen = () => {
    wait = 500
    say('open', 'Connected')
  }
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data)
    news[message.kind]?.(message)
  }
  socket.onclose = ({ code, reason }) => {
    say('lost', code === 1001 ? 'The house is being swept…' : reason || 'Trying the door again…')
    setTimeout(connect, wait, you || name)
    wait = Math.min(10_000, wait * 1.6)
  }
}

function say(state, word) {
  part('state').dataset.state = state
  part('word').textContent = word
}

const known = sessionStorage.getItem('name')
if (known !== null) connect(known)
else {
  part('door').showModal()
  part('door').addEventListener('close', () => {
    const name = part('name').value.trim() || 'Guest'
    sessionStorage.setItem('name', name)
    connect(name)
    part('text').focus()
  })
}
