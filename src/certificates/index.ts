// Certificates that a machine makes for itself.
export { type DevelopmentCertificateOptions, developmentCertificate } from './development-certificate.ts'
