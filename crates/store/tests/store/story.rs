//! One life of accounts, jobs, pictures and ledger, the same on SQLite and on PostgreSQL.

use crate::support::{Studio, USUAL};
use danqing_store::{
    Enqueued, Error, Favourite, Filter, JobFilter, Kept, Kind, NewEntry, NewJob, NewPerson, NewPicture,
    Person, PersonId, Pulse, Quota, Quotas, Role, Shelf, SignIn, State, Store,
};

const DAY_MS: i64 = 24 * 3600 * 1000;

async fn person(store: &Store, name: &str) -> Person {
    let new =
        NewPerson { name: name.to_owned(), display: name.to_owned(), password: None, role: Role::Creator };
    store.accounts().create(new).await.expect("an account")
}

fn picture(prompt: &str) -> NewPicture {
    NewPicture::new(prompt.as_bytes().to_vec(), "image/png", 512, 512).prompt(prompt)
}

async fn sound(store: &Store) {
    let report = store.ledger().verify(&[]).await.expect("a report");
    assert_eq!(report.findings, [], "a sound ledger");
}

#[tokio::test]
async fn a_studio_gets_an_owner_who_invites() {
    for studio in Studio::each().await {
        let accounts = studio.store.accounts();
        let local = accounts.local_person().await.expect("nameless");
        assert_eq!(local, accounts.local_person().await.expect("the same again"));
        assert!(!accounts.has_owner().await.expect("an answer"), "the local person has no name");

        let stale = accounts.owner_link(DAY_MS).await.expect("a link");
        let link = accounts.owner_link(DAY_MS).await.expect("a link");
        let owner = NewPerson {
            name: "Li.Qing".into(),
            display: "李青".into(),
            password: Some("朱砂印泥两方八九".into()),
            role: Role::Viewer,
        };
        let accepted = accounts.accept(stale.reveal(), owner.clone()).await;
        assert!(matches!(accepted, Err(Error::Invitation)), "a newer link makes an older one void");
        let owner = accounts.accept(link.reveal(), owner).await.expect("the owner");
        assert_eq!((owner.role, owner.name.as_deref()), (Role::Owner, Some("li.qing")));
        assert!(matches!(accounts.owner_link(DAY_MS).await, Err(Error::Owned)));
        assert!(matches!(accounts.set_role(&owner.id, Role::Viewer).await, Err(Error::LastOwner)));

        let invited = accounts.invite(&owner.id, Role::Creator, DAY_MS).await.expect("a token");
        assert_eq!(accounts.invitations().await.expect("a list").len(), 1);
        let guest =
            NewPerson { name: "wang".into(), display: "王".into(), password: None, role: Role::Owner };
        let taken = NewPerson { name: "LI.QING".into(), ..guest.clone() };
        assert!(matches!(accounts.accept(invited.reveal(), taken).await, Err(Error::NameTaken(_))));
        let guest = accounts.accept(invited.reveal(), guest).await.expect("a guest");
        assert_eq!(guest.role, Role::Creator, "the role of the invitation counts");
        let again =
            NewPerson { name: "zhao".into(), display: String::new(), password: None, role: Role::Viewer };
        assert!(matches!(accounts.accept(invited.reveal(), again).await, Err(Error::Invitation)));
        sound(&studio.store).await;
    }
}

#[tokio::test]
async fn people_sign_in_and_strangers_wait() {
    for studio in Studio::each().await {
        let accounts = studio.store.accounts();
        let created = person(&studio.store, "wang").await;
        accounts.set_password(&created.id, "correct horse").await.expect("a password");
        let welcome = accounts.sign_in(" WANG ", "correct horse").await.expect("an answer");
        assert!(matches!(welcome, SignIn::Welcome(person) if person.id == created.id));
        assert_eq!(accounts.sign_in("nobody", "correct horse").await.expect("an answer"), SignIn::Wrong);
        for _ in 0..6 {
            assert_eq!(accounts.sign_in("wang", "wrong one").await.expect("an answer"), SignIn::Wrong);
        }
        let locked = accounts.sign_in("wang", "correct horse").await.expect("an answer");
        assert_eq!(locked, SignIn::Locked { until_ms: crate::support::START_MS + 2000 });
        studio.clock.advance(2000);
        let welcome = accounts.sign_in("wang", "correct horse").await.expect("an answer");
        assert!(matches!(welcome, SignIn::Welcome(_)));
        assert!(matches!(accounts.set_password(&created.id, "short").await, Err(Error::Password { .. })));
    }
}

#[tokio::test]
async fn sessions_and_keys_end() {
    for studio in Studio::each().await {
        let accounts = studio.store.accounts();
        let wang = person(&studio.store, "wang").await;
        let token = accounts.open_session(&wang.id, DAY_MS, "a browser").await.expect("a token");
        let (session, whose) = accounts.session(token.reveal()).await.expect("an answer").expect("a session");
        assert_eq!((whose.id.clone(), session.note.as_str()), (wang.id.clone(), "a browser"));
        let (key, secret) = accounts.create_key(&wang.id, "script", None).await.expect("a key");
        assert!(secret.reveal().starts_with(&key.prefix) && key.prefix.len() < 12);
        assert_eq!(accounts.by_key(secret.reveal()).await.expect("an answer").expect("known").1.id, wang.id);

        let other = person(&studio.store, "other").await;
        assert!(accounts.revoke_key(&other.id, &key.id).await.is_err(), "not their key");
        assert!(accounts.end_session(&other.id, &session.id).await.is_err(), "not their session");
        studio.clock.advance(DAY_MS);
        assert!(accounts.session(token.reveal()).await.expect("an answer").is_none(), "over");
        accounts.suspend(&wang.id, "spam").await.expect("suspended");
        assert!(accounts.by_key(secret.reveal()).await.expect("an answer").is_none(), "suspended");
        accounts.reinstate(&wang.id, "appeal").await.expect("reinstated");
        accounts.revoke_key(&wang.id, &key.id).await.expect("revoked");
        assert!(accounts.by_key(secret.reveal()).await.expect("an answer").is_none(), "revoked");
        sound(&studio.store).await;
    }
}

#[tokio::test]
async fn an_order_becomes_a_picture_that_the_ledger_proves() {
    for studio in Studio::each().await {
        let (store, jobs, pictures) = (&studio.store, studio.store.jobs(), studio.store.pictures());
        let wang = person(store, "wang").await;
        let order = NewJob::new("paint", r#"{"prompt":"三只红灯笼"}"#)
            .fact("prompt", "三只红灯笼")
            .idempotency("once");
        let queued = jobs.enqueue(&wang.id, order.clone()).await.expect("queued");
        let again = jobs.enqueue(&wang.id, order).await.expect("known");
        assert_eq!(again, Enqueued::Known(queued.job().clone()));
        let other = NewJob::new("paint", "{}").idempotency("once");
        assert!(matches!(jobs.enqueue(&wang.id, other).await, Err(Error::Idempotency(_))));

        assert!(jobs.lease("w", &["upscale"], 1000).await.expect("an answer").is_none());
        let lease = jobs.lease("w", &["upscale", "paint"], 1000).await.expect("an answer").expect("a lease");
        assert_eq!(lease.job.id, queued.job().id);
        assert_eq!(jobs.heartbeat(&lease, 3, 20).await.expect("an answer"), Pulse::Continue);
        let kept = pictures
            .keep(
                &lease,
                0,
                picture("三只红灯笼")
                    .file("preview", "image/webp", vec![1, 2])
                    .mark("watermark", "00beef")
                    .fact("seed", 42),
            )
            .await
            .expect("kept");
        let twice = pictures.keep(&lease, 0, picture("another")).await.expect("the first");
        assert_eq!(kept, twice, "a place is filled once");
        jobs.finish(&lease, r#"{"pictures":1}"#).await.expect("done");
        assert!(matches!(jobs.finish(&lease, "{}").await, Err(Error::LeaseLost(_))));
        let job = jobs.job(&wang.id, &lease.job.id).await.expect("a job");
        assert_eq!((job.state, job.done, job.total), (State::Done, 20, 20));

        assert_eq!(pictures.bytes(&kept).await.expect("bytes"), "三只红灯笼".as_bytes());
        let (_, preview) = pictures.file(&kept.id, "preview").await.expect("an answer").expect("a preview");
        assert_eq!(preview, [1, 2]);
        let found = pictures.by_mark("watermark", "00beef").await.expect("an answer");
        assert_eq!(found, [(kept.id.clone(), kept.entry)]);
        let stranger = person(store, "stranger").await;
        assert!(matches!(pictures.picture(&stranger.id, &kept.id).await, Err(Error::Missing { .. })));
        assert!(matches!(jobs.job(&stranger.id, &job.id).await, Err(Error::Missing { .. })));

        let ledger = store.ledger();
        let proof = ledger.proof(kept.entry).await.expect("a proof");
        let entry = ledger.entries(kept.entry, 1).await.expect("entries").remove(0);
        let text = proof.encode();
        let verifier = ledger.verifier();
        let proof = danqing_store::Proof::decode(&text, &verifier).expect("as written");
        assert!(verifier.proves(&proof, entry.canonical().expect("bytes").as_bytes()));
        let openings = ledger.openings(kept.entry).await.expect("openings");
        let file = openings.iter().find(|opening| opening.name == "file").expect("the file");
        assert!(entry.opens(file) && file.value == kept.digest);
        assert!(!entry.canonical().expect("bytes").contains(&kept.digest), "commitments only");
        assert!(ledger.erase(kept.id.as_str()).await.expect("erased") > 0);
        assert_eq!(ledger.openings(kept.entry).await.expect("openings"), []);
        sound(store).await;
    }
}

#[tokio::test]
async fn leases_run_out_and_attempts_end() {
    for studio in Studio::each().await {
        let jobs = studio.store.jobs();
        let wang = person(&studio.store, "wang").await;
        jobs.enqueue(&wang.id, NewJob::new("paint", "{}").attempts(2)).await.expect("queued");
        let first = jobs.lease("a", &["paint"], 1000).await.expect("an answer").expect("a lease");
        assert!(jobs.lease("b", &["paint"], 1000).await.expect("an answer").is_none(), "taken");
        studio.clock.advance(1001);
        assert!(jobs.lease("b", &["paint"], 1000).await.expect("an answer").is_none(), "pause");
        studio.clock.advance(2000);
        let second = jobs.lease("b", &["paint"], 1000).await.expect("an answer").expect("a lease");
        assert_eq!(second.job.attempts, 2);
        assert_eq!(jobs.heartbeat(&first, 1, 2).await.expect("an answer"), Pulse::Lost);
        let late = studio.store.pictures().keep(&first, 0, picture("late")).await;
        assert!(matches!(late, Err(Error::LeaseLost(_))), "what is lost keeps nothing");
        assert_eq!(jobs.fail(&second, "no memory").await.expect("an answer"), State::Failed);
        let job = jobs.job(&wang.id, &first.job.id).await.expect("a job");
        assert_eq!((job.state, job.failure.as_deref()), (State::Failed, Some("no memory")));
        sound(&studio.store).await;
    }
}

#[tokio::test]
async fn cancelled_jobs_stop_at_the_next_step() {
    for studio in Studio::each().await {
        let jobs = studio.store.jobs();
        let wang = person(&studio.store, "wang").await;
        let orders = vec![NewJob::new("paint", "1"), NewJob::new("paint", "2")];
        let queued = jobs.enqueue_all(&wang.id, orders).await.expect("queued");
        let lease = jobs.lease("a", &["paint"], 1000).await.expect("an answer").expect("a lease");
        assert_eq!(jobs.standing(&lease).await.expect("an answer"), Pulse::Continue);
        let [first, second] = [&queued[0].job().id, &queued[1].job().id];
        assert_eq!(jobs.cancel(&wang.id, first).await.expect("an answer"), State::Leased);
        assert_eq!(jobs.cancel(&wang.id, second).await.expect("an answer"), State::Cancelled);
        assert_eq!(jobs.standing(&lease).await.expect("an answer"), Pulse::Cancel);
        jobs.stopped(&lease).await.expect("stopped");
        let filter = JobFilter { state: Some(State::Cancelled), ..JobFilter::default() };
        assert_eq!(jobs.list(&wang.id, &filter).await.expect("a list").len(), 2);
        sound(&studio.store).await;
    }
}

#[tokio::test]
async fn waiting_jobs_know_their_place_and_time() {
    for studio in Studio::each().await {
        let jobs = studio.store.jobs();
        let wang = person(&studio.store, "wang").await;
        jobs.worker_seen("a", &["paint"]).await.expect("seen");
        let measured = jobs.enqueue(&wang.id, NewJob::new("paint", "0").cost(2)).await.expect("queued");
        let place = jobs.place(&measured.job().id).await.expect("an answer").expect("it waits");
        assert_eq!((place.ahead, place.wait_ms), (0, None), "nothing was measured yet");
        let lease = jobs.lease("a", &["paint"], 60_000).await.expect("an answer").expect("a lease");
        studio.clock.advance(3000);
        jobs.finish(&lease, "{}").await.expect("done");

        let orders = (1..=3).map(|_| NewJob::new("paint", "1").cost(2)).collect();
        jobs.enqueue_all(&wang.id, orders).await.expect("queued");
        let zhao = person(&studio.store, "zhao").await;
        let orders = vec![NewJob::new("paint", "2").cost(4), NewJob::new("paint", "3").cost(4)];
        let single = jobs.enqueue_all(&zhao.id, orders).await.expect("queued");
        let place = async |number: usize| jobs.place(&single[number].job().id).await.expect("an answer");
        let first = place(0).await.expect("it waits");
        assert_eq!((first.ahead, first.wait_ms), (0, Some(0)), "Wang was served already");
        let second = place(1).await.expect("it waits");
        let times = (second.ahead, second.wait_ms, second.work_ms);
        assert_eq!(times, (3, Some(12_000), Some(6000)), "after Zhao's own first and two of Wang's three");
        let ids: Vec<_> = single.iter().map(|order| &order.job().id).collect();
        let all = jobs.places(&ids, "paint").await.expect("an answer");
        let expected =
            [(0, first), (1, second)].map(|(number, place)| (single[number].job().id.clone(), place));
        assert_eq!(all, expected.into(), "both at once");
        for (asked, kind) in [(&ids[..], "review"), (&[&lease.job.id], "paint"), (&[], "paint")] {
            assert!(jobs.places(asked, kind).await.expect("an answer").is_empty(), "nothing waits so");
        }

        // An order that waits for an officer, and what is told to others, are nobody's turn; nor are their workers.
        let qian = person(&studio.store, "qian").await;
        let others = vec![NewJob::new("review", "4"), NewJob::new("webhook", "5").errand()];
        jobs.enqueue_all(&qian.id, others).await.expect("queued");
        jobs.worker_seen("b", &["webhook", "repaint"]).await.expect("seen");
        jobs.lease("b", &["webhook"], 60_000).await.expect("an answer").expect("a lease");
        assert_eq!(place(1).await, Some(second), "the place is the same");
        jobs.worker_seen("c", &["webhook", "paint"]).await.expect("seen");
        let sooner = place(1).await.expect("it waits");
        assert_eq!((sooner.ahead, sooner.wait_ms), (3, Some(6000)), "two paint");
    }
}

#[tokio::test]
async fn quotas_hold() {
    for studio in Studio::each().await {
        let (accounts, jobs) = (studio.store.accounts(), studio.store.jobs());
        let wang = person(&studio.store, "wang").await;
        let quotas = Quotas { queued: Some(2), daily: Some(10), bytes: Some(100) };
        accounts.set_quotas(&wang.id, quotas).await.expect("set");
        assert_eq!(accounts.quotas(&wang.id).await.expect("limits"), quotas);
        let order = |cost| NewJob::new("paint", "{}").cost(cost);
        let both = jobs.enqueue_all(&wang.id, vec![order(1), order(1), order(1)]).await;
        assert!(matches!(both, Err(Error::Quota { quota: Quota::Queued, limit: 2 })));
        assert_eq!(accounts.usage(&wang.id).await.expect("usage").queued, 0, "all or none");
        let dear = jobs.enqueue(&wang.id, order(11)).await;
        assert!(matches!(dear, Err(Error::Quota { quota: Quota::Daily, .. })));
        let large = NewPicture::new(vec![0; 100], "image/png", 1, 1);
        let large = studio.store.pictures().import(&wang.id, large).await.expect("kept");
        let zhao = person(&studio.store, "zhao").await;
        for bytes in [vec![1; 60], vec![2; 70]] {
            let more = NewPicture::new(bytes, "image/png", 1, 1);
            studio.store.pictures().import(&zhao.id, more).await.expect("kept");
        }
        let kept = |id: &PersonId, pictures, bytes| Kept { person: id.clone(), pictures, bytes };
        let all = accounts.kept().await.expect("a list");
        assert_eq!(all, [kept(&zhao.id, 2, 130), kept(&wang.id, 1, 100)], "whoever keeps most first");
        let more = jobs.enqueue(&wang.id, order(1)).await;
        assert!(matches!(more, Err(Error::Quota { quota: Quota::Bytes, .. })));
        studio.store.pictures().delete(&wang.id, &[large.id], 0).await.expect("deleted");
        studio.store.pictures().purge().await.expect("purged");
        let errands = vec![NewJob::new("webhook", "{}").errand(), NewJob::new("webhook", "{}").errand()];
        jobs.enqueue_all(&wang.id, errands).await.expect("held to no limit");
        let usage = accounts.usage(&wang.id).await.expect("usage");
        assert_eq!((usage.queued, usage.daily), (0, 0), "the studio's own work is nobody's order");
        jobs.enqueue(&wang.id, order(10)).await.expect("room again");
    }
}

#[tokio::test]
async fn who_has_no_limits_has_the_usual_ones() {
    for studio in Studio::each().await {
        let (accounts, jobs) = (studio.store.accounts(), studio.store.jobs());
        let many = |count| vec![NewJob::new("paint", "{}"); count as usize];
        let li = person(&studio.store, "li").await;
        let refused = jobs.enqueue_all(&li.id, many(USUAL + 1)).await;
        assert!(matches!(refused, Err(Error::Quota { quota: Quota::Queued, limit: USUAL })));
        accounts
            .set_quotas(&li.id, Quotas { queued: Some(USUAL + 1), ..Quotas::default() })
            .await
            .expect("set");
        jobs.enqueue_all(&li.id, many(USUAL + 1)).await.expect("an officer said so");
        let nameless = accounts.local_person().await.expect("a person");
        jobs.enqueue_all(&nameless.id, many(USUAL + 1)).await.expect("alone at the machine");
    }
}

#[tokio::test]
async fn pictures_are_found_in_two_languages() {
    for studio in Studio::each().await {
        let pictures = studio.store.pictures();
        let wang = person(&studio.store, "wang").await;
        let zhao = person(&studio.store, "zhao").await;
        for prompt in ["三只红灯笼", "灯笼上的红字", "一只猫", "Three red lanterns"] {
            pictures.import(&wang.id, picture(prompt)).await.expect("kept");
        }
        let also = picture("青花瓷瓶").also("blue and white vase 100%");
        pictures.import(&zhao.id, also).await.expect("kept");
        let expected = [
            ("红灯笼", vec!["三只红灯笼"]),
            ("灯笼", vec!["灯笼上的红字", "三只红灯笼"]),
            ("红 灯笼", vec!["灯笼上的红字", "三只红灯笼"]),
            ("猫", vec!["一只猫"]),
            ("只", vec!["一只猫", "三只红灯笼"]),
            ("RED", vec!["Three red lanterns"]),
            ("lanterns red", vec!["Three red lanterns"]),
            ("white va", vec!["青花瓷瓶"]),
            ("灯红", vec![]),
            ("' OR 1=1 --", vec![]),
        ];
        for (text, found) in expected {
            let filter = Filter { text: Some(text.to_owned()), ..Filter::default() };
            let page = pictures.list(&filter).await.expect("a page");
            let prompts: Vec<&str> = page.pictures.iter().map(|picture| picture.prompt.as_str()).collect();
            assert_eq!(prompts, found, "{text}");
        }
        let own = Filter { text: Some("瓷瓶".into()), person: Some(wang.id.clone()), ..Filter::default() };
        assert_eq!(pictures.list(&own).await.expect("a page").pictures, []);
    }
}

#[tokio::test]
async fn the_gallery_has_pages_boards_favourites_and_a_bin() {
    for studio in Studio::each().await {
        let (store, pictures) = (&studio.store, studio.store.pictures());
        let wang = person(store, "wang").await;
        let zhao = person(store, "zhao").await;
        let mut kept = Vec::new();
        for number in 0..7 {
            studio.clock.advance(1000);
            kept.push(pictures.import(&wang.id, picture(&format!("number {number}"))).await.expect("kept"));
        }
        let mut filter = Filter { person: Some(wang.id.clone()), limit: 3, ..Filter::default() };
        let mut seen = Vec::new();
        loop {
            let page = pictures.list(&filter).await.expect("a page");
            seen.extend(page.pictures.into_iter().map(|picture| picture.seq));
            filter.after = page.next.map(|next| next.to_string().parse().expect("as written"));
            if filter.after.is_none() {
                break;
            }
        }
        let newest_first: Vec<i64> = kept.iter().rev().map(|picture| picture.seq).collect();
        assert_eq!(seen, newest_first, "every picture once");

        let ids: Vec<_> = kept.iter().map(|picture| picture.id.clone()).collect();
        let board = pictures.create_board(&wang.id, "灯会").await.expect("a board");
        assert_eq!(pictures.add_to_board(&wang.id, &board.id, &ids[..2]).await.expect("added"), 2);
        assert_eq!(pictures.add_to_board(&wang.id, &board.id, &ids[1..3]).await.expect("added"), 1);
        assert!(pictures.add_to_board(&zhao.id, &board.id, &ids).await.is_err(), "not their board");
        assert_eq!(pictures.boards(&wang.id).await.expect("boards")[0].pictures, 3);
        let marked = pictures.set_favourite(&zhao.id, &ids, Favourite::Yes).await.expect("an answer");
        assert_eq!(marked, 0, "not their pictures");
        pictures.set_favourite(&wang.id, &ids[..2], Favourite::Yes).await.expect("marked");
        let count = async |filter: Filter| pictures.list(&filter).await.expect("a page").pictures.len();
        let on_board = Filter { board: Some(board.id.clone()), ..Filter::default() };
        assert_eq!(count(on_board.clone()).await, 3);
        let favourites = Filter { favourite: Some(Favourite::Yes), ..Filter::default() };
        assert_eq!(count(favourites).await, 2);
        let early = Filter { until_ms: Some(kept[3].created_ms), ..Filter::default() };
        assert_eq!(count(early).await, 3);

        assert_eq!(pictures.delete(&zhao.id, &ids, DAY_MS).await.expect("an answer"), 0);
        assert_eq!(pictures.delete(&wang.id, &ids[..2], DAY_MS).await.expect("deleted"), 2);
        assert_eq!(count(on_board).await, 1, "deleted pictures are not shown");
        assert_eq!(pictures.restore(&wang.id, &ids[..1]).await.expect("restored"), 1);
        assert_eq!(pictures.purge().await.expect("purged"), 0, "the time of grace runs");
        studio.clock.advance(DAY_MS);
        assert_eq!(pictures.purge().await.expect("purged"), 1);
        let bin = Filter { shelf: Shelf::Deleted, ..Filter::default() };
        assert_eq!(count(bin).await, 0);
        assert!(matches!(pictures.bytes(&kept[1]).await, Err(Error::BlobMissing(_))));
        let usage = store.accounts().usage(&wang.id).await.expect("usage");
        assert_eq!((usage.pictures, usage.bytes), (6, 6 * 8));
        pictures.delete_board(&wang.id, &board.id).await.expect("deleted");
        sound(store).await;
    }
}

#[tokio::test]
async fn uploads_and_orphans_are_swept_and_nothing_else() {
    for studio in Studio::each().await {
        let pictures = studio.store.pictures();
        let wang = person(&studio.store, "wang").await;
        let kept = pictures.import(&wang.id, picture("kept")).await.expect("kept");
        let upload = pictures.upload(&wang.id, b"mask", "image/png", 1000).await.expect("taken");
        let shared = pictures.upload(&wang.id, b"kept", "image/png", 1000).await.expect("taken");
        assert_eq!(shared.digest, kept.digest, "equal bytes are one blob");
        assert_eq!(pictures.uploaded(&wang.id, &upload.id).await.expect("there").1, b"mask");
        studio.clock.advance(1000);
        assert!(pictures.uploaded(&wang.id, &upload.id).await.is_err(), "its time is over");
        let swept = pictures.sweep(0).await.expect("swept");
        assert_eq!((swept.uploads, swept.blobs), (2, 1));
        assert_eq!(pictures.bytes(&kept).await.expect("still there"), b"kept");
    }
}

#[tokio::test]
async fn an_erased_person_leaves_no_name() {
    for studio in Studio::each().await {
        let (store, accounts) = (&studio.store, studio.store.accounts());
        let wang = person(store, "wang").await;
        store
            .ledger()
            .append(NewEntry::new(Kind::Complaint, &wang.pseudonym).fact("text", "王的电话"))
            .await
            .expect("an entry");
        accounts.erase(&wang.id).await.expect("erased");
        assert!(accounts.by_pseudonym(&wang.pseudonym).await.expect("an answer").is_none());
        let about = store.ledger().about(&wang.pseudonym).await.expect("entries");
        assert_eq!(about.len(), 3, "the entries remain");
        assert_eq!(store.ledger().openings(about[1].seq).await.expect("openings"), []);
        person(store, "wang").await;
        sound(store).await;
    }
}

#[tokio::test]
async fn the_ledger_grows_consistently() {
    for studio in Studio::each().await {
        let ledger = studio.store.ledger();
        let mut heads = Vec::new();
        for number in 0..9 {
            ledger.append(NewEntry::new(Kind::Setting, number)).await.expect("an entry");
            heads.push(ledger.checkpoint().await.expect("a head"));
        }
        for (first, second) in heads.iter().zip(heads.iter().skip(3)) {
            let path = ledger.consistency(first.size, second.size).await.expect("a proof");
            let proved = danqing_store::proves_consistency(
                (first.size, &first.root),
                (second.size, &second.root),
                &path,
            );
            assert!(proved, "{} to {}", first.size, second.size);
        }
        assert_eq!(ledger.checkpoints(1).await.expect("heads"), heads[8..]);
        for number in [3, 7] {
            ledger.append(NewEntry::new(Kind::Complaint, number)).await.expect("an entry");
        }
        ledger.append(NewEntry::new(Kind::Setting, 9)).await.expect("an entry");
        let found = async |kind, before, limit| {
            let entries = ledger.latest(kind, before, limit).await.expect("entries");
            entries.into_iter().map(|entry| entry.seq).collect::<Vec<_>>()
        };
        assert_eq!(found(Kind::Complaint, u64::MAX, 9).await, [10, 9], "newest first");
        assert_eq!(found(Kind::Setting, 11, 2).await, [8, 7], "a page, before an entry");
        assert!(found(Kind::Complaint, 9, 9).await.is_empty(), "before the first");
        sound(&studio.store).await;
    }
}

#[tokio::test]
async fn an_archive_of_one_database_fills_the_other() {
    let [sqlite, postgres] = Studio::each().await;
    let wang = person(&sqlite.store, "wang").await;
    let order = NewJob::new("paint", "{}").fact("prompt", "灯笼");
    sqlite.store.jobs().enqueue(&wang.id, order).await.expect("queued");
    let lease = sqlite.store.jobs().lease("w", &["paint"], 1000).await.expect("an answer").expect("a lease");
    let kept = sqlite.store.pictures().keep(&lease, 0, picture("灯笼")).await.expect("kept");
    sqlite.store.ledger().checkpoint().await.expect("a head");

    let file = sqlite.folder.path().join("backup.tar");
    let written = sqlite.store.back_up(&file).await.expect("written");
    assert_eq!(written, postgres.store.restore(&file).await.expect("restored"));
    let back = postgres.folder.path().join("backup.tar");
    assert_eq!(written, postgres.store.back_up(&back).await.expect("written again"));
    let third = Studio::sqlite().await;
    assert_eq!(written, third.store.restore(&back).await.expect("restored"));
    assert!(matches!(third.store.restore(&back).await, Err(Error::Archive(_))), "it is not empty any more");

    for studio in [&postgres, &third] {
        let pictures = studio.store.pictures();
        assert_eq!(pictures.picture(&wang.id, &kept.id).await.expect("a picture"), kept);
        assert_eq!(pictures.bytes(&kept).await.expect("bytes"), "灯笼".as_bytes());
        let heads = studio.store.ledger().checkpoints(9).await.expect("heads");
        assert_eq!(heads, sqlite.store.ledger().checkpoints(9).await.expect("heads"));
        sound(&studio.store).await;
        // The restored studio goes on where the other stood, with the lease that was out.
        studio.store.jobs().finish(&lease, "{}").await.expect("done");
        let next = pictures.import(&wang.id, picture("一只猫")).await.expect("kept");
        assert!(next.seq > kept.seq);
        sound(&studio.store).await;
    }
}

#[tokio::test]
async fn pictures_are_found_by_meaning_also_those_of_another_process() {
    for studio in Studio::each().await {
        let pictures = studio.store.pictures();
        let wang = person(&studio.store, "wang").await;
        let about = |number: usize| {
            let mut vector = [1; danqing_store::DIMENSIONS];
            vector[number] = 120;
            vector
        };
        let lantern = pictures.import(&wang.id, picture("灯笼").vector(about(5))).await.expect("kept");
        let filter = Filter { person: Some(wang.id.clone()), limit: 1, ..Filter::default() };
        let nearest = pictures.similar(&about(5), &filter).await.expect("an answer");
        assert_eq!((&nearest[0].0, nearest[0].1.round() as i32), (&lantern, 1));

        let another = studio.another().await;
        let cat = another.pictures().import(&wang.id, picture("猫").vector(about(9))).await.expect("kept");
        let nearest = pictures.similar(&about(9), &filter).await.expect("an answer");
        assert_eq!(nearest[0].0, cat);
        pictures.delete(&wang.id, &[cat.id], 1000).await.expect("deleted");
        let nearest = pictures.similar(&about(9), &filter).await.expect("an answer");
        assert_eq!(nearest[0].0, lantern, "what is deleted is not found");
    }
}
