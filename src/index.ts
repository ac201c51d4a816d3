// The public face of Wirewright, written out by hand: what a program imports from 'wirewright'.
export {
  type CertificateAndKey,
  type DevelopmentCertificateOptions,
  developmentCertificate,
} from './certificates/index.ts'
export {
  type Body,
  bodyOf,
  type Chunk,
  type Client,
  Content,
  ContentTooLarge,
  chunksOf,
  collect,
  type Exchange,
  type Handler,
  type HttpVersion,
  html,
  json,
  type Peer,
  plainRefusals,
  type Refusal,
  type Refuse,
  Refused,
  Reply,
  type ReplyBody,
  type Report,
  redirect,
  type ServerEvent,
  type TlsInfo,
  Tunnel,
  text,
} from './exchange/index.ts'
export {
  type CacheOptions,
  type DirectoryListing,
  directoryListing,
  type ErrorPagesOptions,
  errorPages,
  FileChanged,
  type FilesHandler,
  type FilesOptions,
  type FolderOptions,
  files,
  type HeaderRule,
  type ListedFolder,
  type Listing,
  type ListingOptions,
  type LiveOptions,
  type LiveReload,
  liveReload,
  type RedirectRule,
  TemplateError,
} from './files/index.ts'
export { type CookieAttributes, CookieError, cookiesOf, setCookie } from './http/cookies.ts'
export { FieldError, FieldList, type Fields } from './http/fields.ts'
export { createLog, type Log, type LogOptions } from './observe/index.ts'
export { DEFAULT_LIMITS, type DrainReport, type Limits, type ServeOptions, type Server, serve } from './server/index.ts'
export {
  type Clock,
  type ListenAddress,
  systemClock,
  systemdSockets,
  TlsContext,
  TlsError,
  type TlsMaterial,
  type Where,
} from './transport/index.ts'
