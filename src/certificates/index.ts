// Certificates that a machine makes for itself.
export {
  type CertificateAndKey,
  type DevelopmentCertificateOptions,
  developmentCertificate,
} from './development-certificate.ts'
