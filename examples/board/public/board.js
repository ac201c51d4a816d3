// The page's side: draws what is drawn here at once, sends it once for each frame of the screen, and draws what others send.
const LINE = 1
const UNDO = 2
const CLEAR = 3
const PEN = 4
const HEAD = 7
const MOST_POINTS = 256
const PLACES = 65_535
/** The sheet is so many pens of width 1 wide, whatever the window. */
const SHEET = 1200
const COLOURS = ['#25231f', '#d6452b', '#e8912d', '#e6c229', '#3f8f4f', '#2b6cb0', '#7a4fa3', '#fffdf6']
const COLOUR_NAMES = ['Ink', 'Red', 'Orange', 'Yellow', 'Green', 'Blue', 'Violet', 'Paper (rubs out)']
const WIDTHS = [2, 5, 12, 24]
const WIDTH_NAMES = ['Fine', 'Medium', 'Broad', 'Brush']

const part = id => document.getElementById(id)
const canvas = part('sheet')
const paper = canvas.getContext('2d')

/** All marks on the sheet, to draw it anew where lines are taken back or the window changes. */
let marks = []
let socket = null
let me = 0
let lastLine = 0
let lines = []
let colour = 0
let width = 1
/** Points of the line under the pen that have not been sent. */
let points = []
let drawing = null
const people = new Map()

// --- Drawing ---

function draw(mark) {
  const view = new DataView(mark.buffer, mark.byteOffset, mark.byteLength)
  const scale = canvas.width / PLACES
  const height = canvas.height / PLACES
  const at = n => [view.getUint16(HEAD + 4 * n, true) * scale, view.getUint16(HEAD + 4 * n + 2, true) * height]
  const count = (mark.length - HEAD) / 4
  paper.strokeStyle = COLOURS[mark[5]]
  paper.lineWidth = (mark[6] * canvas.width) / SHEET
  paper.lineCap = 'round'
  paper.lineJoin = 'round'
  paper.beginPath()
  paper.moveTo(...at(0))
  if (count === 1) paper.lineTo(...at(0))
  for (let n = 1; n < count; n++) paper.lineTo(...at(n))
  paper.stroke()
}

function drawAll() {
  const { width: wide, height: high } = canvas.getBoundingClientRect()
  canvas.width = Math.round(wide * devicePixelRatio)
  canvas.height = Math.round(high * devicePixelRatio)
  paper.fillStyle = '#fffdf6'
  paper.fillRect(0, 0, canvas.width, canvas.height)
  for (const mark of marks) draw(mark)
  document.body.classList.toggle('drawn', marks.length > 0)
}

function take(mark) {
  const author = mark[1] | (mark[2] << 8)
  if (mark[0] === PEN) showPen(author, mark)
  else if (mark[0] === LINE) {
    marks.push(mark)
    draw(mark)
    document.body.classList.add('drawn')
  } else {
    const same = other => [1, 2, 3, 4].every(at => other[at] === mark[at])
    marks = mark[0] === CLEAR ? [] : marks.filter(other => !same(other))
    if (mark[0] === CLEAR) lines = []
    drawAll()
  }
}

function markOf(kind, line, places) {
  const mark = new Uint8Array(HEAD + 2 * places.length)
  const view = new DataView(mark.buffer)
  mark[0] = kind
  view.setUint16(1, me, true)
  view.setUint16(3, line, true)
  mark[5] = colour
  mark[6] = WIDTHS[width]
  for (const [at, place] of places.entries()) view.setUint16(HEAD + 2 * at, place, true)
  return mark
}

function send(mark) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(mark)
}

// --- The pen of this page ---

function placeOf(event) {
  const box = canvas.getBoundingClientRect()
  const place = (value, size) => Math.round(Math.min(1, Math.max(0, value / size)) * PLACES)
  return [place(event.clientX - box.left, box.width), place(event.clientY - box.top, box.height)]
}

canvas.addEventListener('pointerdown', event => {
  if (event.button !== 0 || drawing !== null || socket?.readyState !== WebSocket.OPEN) return
  canvas.setPointerCapture(event.pointerId)
  drawing = event.pointerId
  lastLine = (lastLine + 1) % 65_536
  lines.push(lastLine)
  points = placeOf(event)
  flush()
})

canvas.addEventListener('pointermove', event => {
  if (drawing === null) {
    pen = placeOf(event)
    return
  }
  if (event.pointerId !== drawing) return
  for (const step of event.getCoalescedEvents?.() ?? [event]) points.push(...placeOf(step))
})

for (const end of ['pointerup', 'pointercancel']) {
  canvas.addEventListener(end, event => {
    if (event.pointerId !== drawing) return
    flush()
    drawing = null
    points = []
  })
}

/** Draws and sends what has gathered; the next piece begins where this one ends. */
function flush() {
  while (points.length > 0) {
    const piece = points.splice(0, 2 * MOST_POINTS)
    const mark = markOf(LINE, lastLine, piece)
    take(mark)
    send(mark)
    if (points.length === 0) break
    points.unshift(...piece.slice(-2))
  }
}

let pen = null

function frame() {
  if (drawing !== null && points.length > 0) {
    const last = points.slice(-2)
    flush()
    points = last
  } else if (pen !== null) {
    send(markOf(PEN, 0, pen))
    pen = null
  }
  setTimeout(() => requestAnimationFrame(frame), 25)
}

// --- The others ---

const hueOf = author => `hsl(${(author * 137.5) % 360} 55% 42%)`

function showPen(author, mark) {
  const person = people.get(author)
  if (person === undefined) return
  const view = new DataView(mark.buffer, mark.byteOffset)
  const box = canvas.getBoundingClientRect()
  const [x, y] = [0, 2].map(at => view.getUint16(HEAD + at, true) / PLACES)
  if (person.pen === undefined) {
    person.pen = document.createElement('span')
    person.pen.textContent = person.name
    person.pen.style.setProperty('--mine', hueOf(author))
    part('pens').append(person.pen)
  }
  person.pen.style.transform = `translate(${x * box.width}px, ${y * box.height}px)`
  person.pen.style.opacity = 1
  clearTimeout(person.fading)
  person.fading = setTimeout(() => {
    person.pen.style.opacity = 0
  }, 3000)
}

function showPeople() {
  const all = [[me, { name: `${myName} (you)` }], ...people]
  part('names').replaceChildren(
    ...all.slice(0, 12).map(([author, { name }]) => {
      const item = document.createElement('li')
      item.textContent = name
      item.style.setProperty('--mine', hueOf(author))
      return item
    }),
  )
}

// --- The connection ---

let myName = sessionStorage.getItem('name') ?? ''
let wait = 500

function told(news) {
  if (news.you !== undefined) {
    me = news.you.number
    myName = news.you.name
    lines = []
    for (const person of people.values()) person.pen?.remove()
    people.clear()
    for (const { number, name } of news.others) people.set(number, { name })
  }
  if (news.joined !== undefined) people.set(news.joined.number, { name: news.joined.name })
  if (news.left !== undefined) {
    people.get(news.left)?.pen?.remove()
    people.delete(news.left)
  }
  showPeople()
}

function connect() {
  const address = new URL('/draw', location.href)
  address.protocol = address.protocol.replace('http', 'ws')
  if (myName !== '') address.searchParams.set('name', myName)
  socket = new WebSocket(address)
  socket.binaryType = 'arraybuffer'
  let whole = true
  socket.onopen = () => {
    wait = 500
    say('open', 'Drawing together')
  }
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') {
      told(JSON.parse(data))
      return
    }
    const bytes = new Uint8Array(data)
    if (!whole) {
      take(bytes)
      return
    }
    // The first bytes are the sheet as it is.
    whole = false
    marks = []
    for (let at = 0; at < bytes.length; ) {
      const length = bytes[at] | (bytes[at + 1] << 8)
      marks.push(bytes.slice(at + 2, at + 2 + length))
      at += 2 + length
    }
    drawAll()
  }
  socket.onclose = ({ code }) => {
    drawing = null
    points = []
    say('lost', code === 1001 ? 'The board is being wiped clean…' : 'Connecting again…')
    setTimeout(connect, wait)
    wait = Math.min(10_000, wait * 1.6)
  }
}

function say(state, word) {
  part('state').dataset.state = state
  part('word').textContent = word
}

// --- The tools ---

function choice(list, name, value, title, style) {
  const label = document.createElement('label')
  const input = document.createElement('input')
  const dot = document.createElement('span')
  Object.assign(input, { type: 'radio', name, value, ariaLabel: title, checked: value === 0 })
  if (name === 'width') input.checked = value === width
  dot.className = 'dot'
  Object.assign(dot.style, style)
  label.title = title
  label.append(input, dot)
  part(list).append(label)
}

for (const [at, value] of COLOURS.entries()) choice('colours', 'colour', at, COLOUR_NAMES[at], { color: value })
for (const [at, value] of WIDTHS.entries())
  choice('widths', 'width', at, WIDTH_NAMES[at], {
    width: `${Math.min(22, value + 2)}px`,
    height: `${Math.min(22, value + 2)}px`,
  })

part('tools').addEventListener('change', ({ target }) => {
  if (target.name === 'colour') colour = Number(target.value)
  if (target.name === 'width') width = Number(target.value)
})

function undo() {
  const line = lines.pop()
  if (line === undefined) return
  const mark = markOf(UNDO, line, [])
  take(mark)
  send(mark)
}

part('undo').addEventListener('click', undo)
addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && event.key === 'z') undo()
})

part('clear').addEventListener('click', ({ target }) => {
  // It is everybody's: asked twice.
  if (!target.classList.contains('sure')) {
    target.classList.add('sure')
    target.textContent = 'For everybody?'
    setTimeout(() => {
      target.classList.remove('sure')
      target.textContent = 'New sheet'
    }, 3000)
    return
  }
  const mark = markOf(CLEAR, 0, [])
  take(mark)
  send(mark)
})

part('save').addEventListener('click', ({ currentTarget }) => {
  currentTarget.href = canvas.toDataURL('image/png')
})

new ResizeObserver(drawAll).observe(canvas)
connect()
requestAnimationFrame(frame)
