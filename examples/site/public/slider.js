// Moves the moon through the days around the one that is shown, by asking the JSON API. Without it the links do.
const tonight = document.querySelector('.tonight[data-date]')
const slider = document.querySelector('.slider')

if (tonight && slider) {
  const first = Date.parse(tonight.dataset.date)
  slider.hidden = false
  let asked = 0
  slider.querySelector('input').addEventListener('input', async ({ target }) => {
    const turn = ++asked
    const reply = await fetch(`/api/moon/${isoDate(first + Number(target.value) * 86_400_000)}`)
    if (reply.ok && turn === asked) show(await reply.json())
  })
}

function show({ date, phase, lit, waxing, age, nextFull }) {
  document.getElementById('phase').textContent = phase
  document.getElementById('date').textContent = longDate(date)
  document.getElementById('date').dateTime = date
  document.getElementById('shown-lit').textContent = `${Math.round(lit * 100)} %`
  document.getElementById('age').textContent = `${age.toFixed(1)} days`
  document.getElementById('next-full').textContent = longDate(nextFull)
  document.getElementById('edge').setAttribute('d', litPath(lit, waxing))
}

function litPath(lit, waxing) {
  const edge = waxing ? 1 : 0
  const line = lit > 0.5 ? edge : 1 - edge
  return `M0-100A100 100 0 0 ${edge} 0 100A${(100 * Math.abs(1 - 2 * lit)).toFixed(1)} 100 0 0 ${line} 0-100`
}

function isoDate(time) {
  return new Date(time).toISOString().slice(0, 10)
}

function longDate(date) {
  return new Date(date).toLocaleDateString('en-GB', { timeZone: 'UTC', dateStyle: 'long' })
}
