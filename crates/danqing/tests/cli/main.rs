//! Promises of the command line, kept by the program itself.

mod foreign;
mod help;
mod labelling;
mod misuse;
mod painting;
mod serving;
mod support;
