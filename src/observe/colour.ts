// Colour, where it is wanted.

export type Paint = (text: string) => string

export interface Colours {
  readonly faint: Paint
  readonly good: Paint
  readonly warning: Paint
  readonly bad: Paint
  readonly link: Paint
  readonly strong: Paint
}

const plain: Paint = text => text

export const NO_COLOURS: Colours = {
  faint: plain,
  good: plain,
  warning: plain,
  bad: plain,
  link: plain,
  strong: plain,
}

export const ANSI_COLOURS: Colours = {
  faint: sgr(2, 22),
  good: sgr(32, 39),
  warning: sgr(33, 39),
  bad: sgr(31, 39),
  link: sgr(36, 39),
  strong: sgr(1, 22),
}

/**
 * Whether to write colour: never if switched off or NO_COLOR is set (no-color.org), always with FORCE_COLOR
 * (force-color.org), else on terminals that are not dumb.
 */
export function wantsColour(
  option: boolean,
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (!option || environment.NO_COLOR) return false
  const force = environment.FORCE_COLOR
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  return isTerminal && environment.TERM !== 'dumb'
}

export function coloursIf(wanted: boolean): Colours {
  return wanted ? ANSI_COLOURS : NO_COLOURS
}

function sgr(on: number, off: number): Paint {
  return text => `\u001b[${on}m${text}\u001b[${off}m`
}
