//! Promises of the command line, kept by the program itself.

mod clients;
mod editing;
mod faults;
mod foreign;
mod help;
mod labelling;
mod live;
mod marks;
mod misuse;
mod painting;
#[path = "../../../store/tests/store/postgres.rs"]
mod postgres;
mod programs;
#[cfg(feature = "s3")]
#[path = "../../../store/tests/store/s3.rs"]
mod s3;
mod security;
mod serving;
mod support;
