// The moon as a drawing: a dark disc, and what is lit of it between its edge and the line where night begins, half an ellipse.
import { type Markup, markup } from './markup.ts'
import type { Moon } from './moon.ts'

export type Hemisphere = 'north' | 'south'

const RADIUS = 100

/** The darker plains that make the face: center and radius. */
const PLAINS: readonly (readonly [x: number, y: number, radius: number])[] = [
  [-30, -38, 26],
  [8, -30, 17],
  [30, -18, 20],
  [48, -2, 16],
  [38, 16, 15],
  [66, -26, 9],
  [-52, 2, 30],
  [-40, 34, 18],
  [-18, 44, 10],
  [12, -62, 8],
]

export function largeMoon(moon: Moon, hemisphere: Hemisphere): Markup {
  const plains = PLAINS.map(([x, y, radius]) => markup`<circle class="plain" cx="${x}" cy="${y}" r="${radius}"/>`)
  return markup`<svg class="moon" viewBox="-110 -110 220 220" role="img" aria-label="${moon.phase}">
  <defs>
    <radialGradient id="shine" cx="0.42" cy="0.38"><stop class="near" offset="0.55"/><stop class="far" offset="1"/></radialGradient>
    <clipPath id="lit"><path id="edge" d="${litPath(moon)}"/></clipPath>
  </defs>
  <g transform="rotate(${hemisphere === 'north' ? 0 : 180})">
    <circle class="night" r="${RADIUS}"/>
    <g class="day" clip-path="url(#lit)"><circle fill="url(#shine)" r="${RADIUS}"/>${plains}</g>
  </g>
</svg>`
}

export function smallMoon(moon: Moon, hemisphere: Hemisphere): Markup {
  const turn = hemisphere === 'north' ? 0 : 180
  return markup`<svg class="small moon" viewBox="-104 -104 208 208" aria-hidden="true"><g transform="rotate(${turn})"><circle class="night" r="${RADIUS}"/><path class="lit" d="${litPath(moon)}"/></g></svg>`
}

/** The same is done in public/slider.js, for a moon that has been moved. */
function litPath({ lit, waxing }: Moon): string {
  const bulge = (RADIUS * Math.abs(1 - 2 * lit)).toFixed(1)
  const edge = waxing ? 1 : 0
  const line = lit > 0.5 ? edge : 1 - edge
  return `M0-${RADIUS}A${RADIUS} ${RADIUS} 0 0 ${edge} 0 ${RADIUS}A${bulge} ${RADIUS} 0 0 ${line} 0-${RADIUS}`
}
