//! Labels for people and machines, watermark, manifest: written into files and verified.
//!
//! This crate knows standards (GB 45438-2025, the carriers of the TC260 practice guides, IPTC, C2PA) and files. It does
//! not know how a picture was made.
//!
//! Files may come from strangers. Beside the file itself, reading and writing hold at most [`container::MOST_MULTIPLE`] times
//! its size and [`container::MOST_CONSTANT`] bytes, and checking all of it [`verify::MOST_MULTIPLE`] times its size and
//! [`verify::MOST_CONSTANT`] bytes. Decoded pixels have a limit of their own, [`verify::MOST_PIXELS`].
//!
//! ```
//! use danqing_provenance::aigc::{Aigc, Certainty};
//!
//! let label = Aigc::produced(Certainty::Is, "danqing-demo", "0001")?;
//! assert!(label.to_json().starts_with(r#"{"Label":"1","ContentProducer":"danqing-demo","#));
//! # Ok::<(), danqing_provenance::Error>(())
//! ```
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod aigc;
pub mod code;
pub mod container;
mod error;
pub mod keys;
pub mod labeller;
pub mod manifest;
pub mod number;
pub mod signature;
pub mod verify;
pub mod visible;
pub mod waiver;
pub mod watermark;
pub mod xmp;

pub use error::Error;
