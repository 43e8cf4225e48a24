//! The protocol over standard input and output: one message a line.

use std::collections::HashMap;
use std::io::{BufRead as _, stdin};
use std::sync::Arc;

use danqing_store::Person;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use super::{Message, answered};
use crate::error::Error;
use crate::report::say;
use crate::studio::{Studio, ended};

/// Messages that wait to be looked at.
const BACKLOG: usize = 16;

/// Serves one client until it closes the line and all its calls are answered, or the process is to end.
pub(crate) async fn serve(studio: &Arc<Studio>, person: Person) -> Result<(), Error> {
    let person = Arc::new(person);
    let (sender, mut lines) = mpsc::channel(BACKLOG);
    // Standard input cannot be waited for otherwise; the thread ends with the line, or with the process.
    std::thread::spawn(move || {
        for line in stdin().lock().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    let mut going = studio.going.clone();
    let mut calls = JoinSet::new();
    let mut running: HashMap<String, AbortHandle> = HashMap::new();
    let mut open = true;
    while open || !calls.is_empty() {
        tokio::select! {
            line = lines.recv(), if open => match line {
                Some(line) => hear(studio, &person, &line, &mut calls, &mut running),
                None => open = false,
            },
            Some(done) = calls.join_next() => {
                // A call that was called off has no answer.
                if let Ok(Some(answer)) = done {
                    say(&answer);
                }
                running.retain(|_, call| !call.is_finished());
            }
            () = ended(&mut going) => return Ok(()),
        }
    }
    Ok(())
}

fn hear(
    studio: &Arc<Studio>,
    person: &Arc<Person>,
    line: &str,
    calls: &mut JoinSet<Option<String>>,
    running: &mut HashMap<String, AbortHandle>,
) {
    let message: Message = match serde_json::from_str(line) {
        Ok(message) => message,
        Err(_) => {
            let error = json!({ "code": -32700, "message": "no JSON" });
            say(&json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string());
            return;
        }
    };
    if message.method == "notifications/cancelled" {
        // The order is called off with the call that waits for it.
        if let Some(call) = running.remove(&message.params["requestId"].to_string()) {
            call.abort();
        }
        return;
    }
    let (studio, person, id) = (Arc::clone(studio), Arc::clone(person), message.id.clone());
    let call = calls.spawn(async move {
        let answer = answered(&studio, &person, message).await;
        answer.map(|answer| answer.to_string())
    });
    if let Some(id) = id {
        running.insert(id.to_string(), call);
    }
}
