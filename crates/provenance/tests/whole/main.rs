//! The whole of labelling and verifying: what comes out holds, and others agree.

mod foreign;
mod hostile;
mod labeller;
mod support;
mod verify;
