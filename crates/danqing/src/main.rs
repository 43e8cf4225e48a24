//! danqing
fn main() {}
