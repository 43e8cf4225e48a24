//! The whole of labelling and verifying: what comes out holds, and others agree.

mod foreign;
mod labeller;
mod support;
mod verify;
