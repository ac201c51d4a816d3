// The pages, made of parts that are functions.
import { type Hemisphere, largeMoon, smallMoon } from './drawing.ts'
import { type Markup, markup } from './markup.ts'
import { daysAfter, type Moon, monthsAfter, moonsOf } from './moon.ts'

/** One day's moon, large. */
export function moonPage(moon: Moon, hemisphere: Hemisphere): string {
  const { date, phase, lit, age, nextFull } = moon
  return layout(
    longDate(date),
    hemisphere,
    markup`<section class="tonight" data-date="${date}">
  <figure>${largeMoon(moon, hemisphere)}</figure>
  <div class="told">
    <h1><span id="phase">${phase}</span></h1>
    <p class="date"><time id="date" datetime="${date}">${longDate(date)}</time></p>
    <dl>
      <div><dt>Lit</dt><dd id="shown-lit">${percent(lit)}</dd></div>
      <div><dt>Age</dt><dd id="age">${age.toFixed(1)} days</dd></div>
      <div><dt>Next full moon</dt><dd id="next-full">${longDate(nextFull)}</dd></div>
    </dl>
    <nav class="days" aria-label="Days">
      <a href="/moon/${daysAfter(date, -1)}" rel="prev">← the day before</a>
      <a href="/moon/${daysAfter(date, 1)}" rel="next">the day after →</a>
    </nav>
    <label class="slider" hidden>Two weeks back, two weeks on
      <input type="range" min="-14" max="14" value="0" step="1"></label>
  </div>
</section>`,
  )
}

/** All moons of a month such as `2026-11`. */
export function monthPage(month: string, today: string, hemisphere: Hemisphere): string {
  const moons = moonsOf(month)
  // Weeks begin on Monday.
  const first = (new Date(`${month}-01`).getUTCDay() + 6) % 7
  const days = moons.map(
    moon =>
      markup`<li${moon.date === today ? markup` class="today"` : ''}><a href="/moon/${moon.date}" title="${moon.phase}, ${percent(moon.lit)}">${smallMoon(moon, hemisphere)}<span>${Number(moon.date.slice(8))}</span></a></li>`,
  )
  return layout(
    monthName(month),
    hemisphere,
    markup`<section class="month">
  <h1>${monthName(month)}</h1>
  <nav class="days" aria-label="Months">
    <a href="/month/${monthsAfter(month, -1)}" rel="prev">← ${monthName(monthsAfter(month, -1))}</a>
    <a href="/month/${monthsAfter(month, 1)}" rel="next">${monthName(monthsAfter(month, 1))} →</a>
  </nav>
  <ol class="calendar starts-${first}">${days}</ol>
</section>`,
  )
}

/** Where there is nothing. */
export function notFoundPage(path: string, hemisphere: Hemisphere): string {
  return layout(
    'Not found',
    hemisphere,
    markup`<section class="tonight">
  <figure>${largeMoon({ date: '', age: 0, lit: 0.02, waxing: true, phase: 'New moon', nextFull: '' }, hemisphere)}</figure>
  <div class="told">
    <h1>In the dark</h1>
    <p>There is nothing at <code>${path}</code>.</p>
    <nav class="days"><a href="/">See the moon of today</a></nav>
  </div>
</section>`,
  )
}

function layout(title: string, hemisphere: Hemisphere, content: Markup): string {
  const other = hemisphere === 'north' ? 'south' : 'north'
  return `<!doctype html>\n${
    markup`<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Moonlight</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/style.css">
<script type="module" src="/slider.js"></script>
<header>
  <a class="name" href="/">Moonlight</a>
  <nav aria-label="Site"><a href="/">Today</a> <a href="/month">Month</a> <a href="/api/moon">JSON</a></nav>
</header>
<main>
${content}
</main>
<footer>
  <form method="post" action="/hemisphere/${other}"><button>As seen from the ${other}</button></form>
  <p>Counted from the moon’s mean period: right to about half a day. Days begin at midnight UTC.</p>
</footer>
`.text
  }`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function longDate(date: string): string {
  return new Date(date).toLocaleDateString('en-GB', { timeZone: 'UTC', dateStyle: 'long' })
}

function monthName(month: string): string {
  return new Date(`${month}-01`).toLocaleDateString('en-GB', { timeZone: 'UTC', month: 'long', year: 'numeric' })
}
