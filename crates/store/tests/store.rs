//! The promises of the store, in one program: linking is the slow part.

#[path = "store/damage.rs"]
mod damage;
#[path = "store/faults.rs"]
mod faults;
#[path = "store/postgres.rs"]
mod postgres;
#[path = "store/story.rs"]
mod story;
#[path = "store/support.rs"]
mod support;
