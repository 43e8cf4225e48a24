//! Labels for people and machines, watermark, manifest: written into files and verified.
