//! Promises of the command line, kept by the program itself.

mod help;
mod misuse;
mod painting;
mod support;
