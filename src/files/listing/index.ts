// Folders as pages that people like to use, and as JSON.
export { type DirectoryListing, directoryListing, type ListingOptions } from './listing.ts'
export { TemplateError } from './template.ts'
