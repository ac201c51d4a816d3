// Listens to the market, and draws it. The browser comes back by itself when the stream is lost, and tells the server the id of the
// last event that it got: all that happens here is to show it.

/** As many ticks as the server keeps. */
const SHOWN = 120
/** Milliseconds after which a tick is late: it was caught up with. */
const LATE = 750

const visitor = crypto.randomUUID?.() ?? String(Math.random()).slice(2)
const goods = await (await fetch('/goods')).json()
const money = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const element = id => document.getElementById(id)
const stalls = goods.map(stallOf)

/** What has come: `{ at, prices, late }`, oldest first. */
let ticks = []
const counts = { seen: 0, late: 0, missed: 0 }
/** The first ticks that come are from before this page was opened. */
let openedAt = Date.now()
let lostAt = 0

const source = new EventSource(`/ticks?visitor=${visitor}`)

source.onopen = () =>
  show('live', lostAt === 0 ? 'Live' : `Live again, after ${Math.round((Date.now() - lostAt) / 1000)} s`)

source.onerror = () => {
  lostAt = Date.now()
  show('lost', source.readyState === EventSource.CLOSED ? 'The market is closed' : 'Cut off; coming back…')
}

source.onmessage = ({ data, lastEventId }) => {
  const tick = JSON.parse(data)
  const late = tick.at > openedAt && Date.now() - tick.at > LATE
  ticks.push({ ...tick, late })
  ticks = ticks.slice(-SHOWN)
  counts.seen++
  if (late) counts.late++
  element('last').textContent = lastEventId
  drawSoon()
}

// The server does not know the last event any more: nobody can say how much is missing.
source.addEventListener('reset', () => {
  ticks = []
  counts.missed = 'some'
  openedAt = Date.now()
})

element('hang-up').onclick = () => fetch(`/hang-up/${visitor}`, { method: 'POST' })

function show(state, word) {
  element('state').dataset.state = state
  element('word').textContent = word
}

function stallOf({ name, unit }) {
  const stall = document.createElement('article')
  stall.className = 'stall'
  stall.innerHTML =
    '<h2><span></span> <small></small></h2><p><span class="price">–</span><span class="change"></span></p><canvas></canvas>'
  stall.querySelector('h2 span').textContent = name
  stall.querySelector('small').textContent = unit
  element('stalls').append(stall)
  return {
    price: stall.querySelector('.price'),
    change: stall.querySelector('.change'),
    canvas: stall.querySelector('canvas'),
  }
}

let drawing = false
/** Many ticks that come at once are drawn once. */
function drawSoon() {
  if (drawing) return
  drawing = true
  requestAnimationFrame(() => {
    drawing = false
    for (const [name, count] of Object.entries(counts)) element(name).textContent = count
    for (const [good, stall] of stalls.entries()) drawStall(stall, good)
  })
}

function drawStall({ price, change, canvas }, good) {
  const last = ticks.at(-1)?.prices[good]
  if (last === undefined) return
  const percent = (last / ticks[0].prices[good] - 1) * 100
  price.textContent = money.format(last)
  change.textContent = `${percent >= 0 ? '▲' : '▼'} ${Math.abs(percent).toFixed(2)} %`
  change.dataset.way = percent >= 0 ? 'up' : 'down'
  drawLine(canvas, good)
}

function drawLine(canvas, good) {
  const { clientWidth: width, clientHeight: height } = canvas
  const scale = window.devicePixelRatio
  canvas.width = width * scale
  canvas.height = height * scale
  const paper = canvas.getContext('2d')
  paper.scale(scale, scale)
  const prices = ticks.map(({ prices }) => prices[good])
  const [least, most] = [Math.min(...prices), Math.max(...prices)]
  const range = most - least || 1
  const x = at => width - 14 - (ticks.length - 1 - at) * ((width - 14) / (SHOWN - 1))
  const y = at => height - 16 - ((prices[at] - least) / range) * (height - 28)
  const { color, fill, ground } = inks(canvas)

  paper.fillStyle = ground
  for (let at = 1; at < prices.length; at++) if (ticks[at].late) paper.fillRect(x(at - 1), 0, x(at) - x(at - 1), height)

  paper.beginPath()
  for (let at = 0; at < prices.length; at++) paper.lineTo(x(at), y(at))
  paper.lineTo(x(prices.length - 1), height)
  paper.lineTo(x(0), height)
  paper.fillStyle = fill
  paper.fill()

  paper.strokeStyle = color
  paper.lineJoin = 'round'
  paper.lineWidth = 1.75
  for (let from = 0; from < prices.length - 1; ) {
    // One stroke for as long as the line is whole, or dashed.
    const { late } = ticks[from + 1]
    paper.setLineDash(late ? [3, 4] : [])
    paper.beginPath()
    paper.moveTo(x(from), y(from))
    while (from < prices.length - 1 && ticks[from + 1].late === late) {
      from++
      paper.lineTo(x(from), y(from))
    }
    paper.stroke()
  }

  paper.beginPath()
  paper.arc(x(prices.length - 1), y(prices.length - 1), 3.5, 0, 2 * Math.PI)
  paper.fillStyle = color
  paper.fill()
}

function inks(canvas) {
  const style = getComputedStyle(canvas)
  return {
    color: style.getPropertyValue('--line'),
    fill: style.getPropertyValue('--fill'),
    ground: style.getPropertyValue('--late'),
  }
}

addEventListener('resize', drawSoon)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawSoon)
