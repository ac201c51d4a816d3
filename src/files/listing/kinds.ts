// The kinds of files that a listing tells apart with an icon, and the icons: fine lines, drawn once in the style sheet.

const EXTENSIONS: Readonly<Record<string, string>> = {
  image: 'avif bmp gif heic ico jfif jpeg jpg jxl png svg tif tiff webp',
  sound: 'aac aif aiff flac m4a mid mp3 oga ogg opus wav weba',
  film: 'avi m4v mkv mov mp4 mpeg mpg ogv webm wmv',
  text: 'adoc csv doc docx epub log markdown md odt pdf rst rtf tex tsv txt xls xlsx',
  code: 'c cc cpp cs css go h hpp htm html java js json jsx kt lua mjs php py rb rs sh sql swift toml ts tsx vue wasm xml yaml yml',
  pack: '7z br bz2 deb dmg gz iso jar lz4 rar rpm tar tgz xz zip zst',
}

const KIND_OF = new Map(
  Object.entries(EXTENSIONS).flatMap(([kind, names]) => names.split(' ').map(name => [name, kind] as const)),
)

/** The class name of a file's icon, by its extension. */
export function kindOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return (dot > 0 ? KIND_OF.get(name.slice(dot + 1).toLowerCase()) : undefined) ?? 'file'
}

const SHEET = '<path d="M4 1.75h5.5L12.5 4.75v9.5h-8.5z"/><path d="M9.5 1.75v3h3"/>'

const DRAWINGS: Readonly<Record<string, string>> = {
  up: '<path d="M8 13.5V3M3.5 7.5L8 3l4.5 4.5"/>',
  folder: '<path d="M1.75 3.5h4.5l1.5 2h6.5v7.5h-12.5z"/>',
  file: SHEET,
  text: `${SHEET}<path d="M6 7.75h4.5M6 10h4.5M6 12.25h3"/>`,
  code: '<path d="M5 4.5L1.5 8L5 11.5M11 4.5L14.5 8L11 11.5M9.25 3L6.75 13"/>',
  image:
    '<path d="M1.75 2.75h12.5v10.5h-12.5z"/><path d="M1.75 11l3.5-3.5l3 3l2-2l4 4"/><circle cx="10.75" cy="5.75" r="1"/>',
  sound: '<path d="M1.5 8h1.5M4.5 5.5v5M7 2.5v11M9.5 5v6M12 6.5v3M14.5 7.5v1"/>',
  film: '<path d="M1.75 3.25h12.5v9.5h-12.5z"/><path d="M6.5 5.75v4.5L10.25 8z"/>',
  pack: '<path d="M2.25 5.25L8 2.25l5.75 3v6L8 14.25l-5.75-3z"/><path d="M2.25 5.25L8 8.25l5.75-3M8 8.25v6"/>',
}

/** The style rules that draw them: masks, so that they take the colour of the text beside them. */
export const ICON_STYLE = Object.entries(DRAWINGS)
  .map(([kind, drawing]) => `.${kind}::before { --icon: url("${imageOf(drawing)}"); }`)
  .join('\n')

function imageOf(drawing: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="#000" stroke-width="1.1" stroke-linejoin="round">${drawing}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
