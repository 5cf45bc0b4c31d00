//! How many requests one caller may send, and what every answer says about it.

use aicmo_backend::http::{Budgets, TrustedProxies};
use aicmo_shared::access::Role;
use aicmo_shared::api;
use aicmo_shared::{ErrorCode, MockReason};
use aicmo_test_support::on_both_databases;

use super::harness::{Got, Start, TestServer, send};
use super::people::Who;
use super::samples;

fn start(reads: u32, writes: u32) -> Start {
    Start {
        budgets: Budgets {
            reads,
            writes,
            sign_ins: 2,
        },
        ..Start::mock(MockReason::ForcedBySetting)
    }
}

/// `name`, remaining and seconds out of `"reads";r=2;t=20`.
fn level(got: &Got) -> (String, u32, u32) {
    let text = got.header("ratelimit").to_owned();
    let parts: Vec<&str> = text.split(';').collect();
    let [name, remaining, seconds] = parts.as_slice() else {
        panic!("{text:?} in {got:?}");
    };
    let number = |part: &str, start: &str| {
        part.strip_prefix(start)
            .and_then(|number| number.parse().ok())
            .unwrap_or_else(|| panic!("{text}"))
    };
    (
        name.trim_matches('"').to_owned(),
        number(remaining, "r="),
        number(seconds, "t="),
    )
}

#[tokio::test]
async fn every_answer_of_the_api_says_what_is_left() {
    let server = TestServer::mock();
    for spec in api::ALL {
        let got = send(samples::request(&server, spec, samples::NOBODY)).await;
        let (name, _, _) = level(&got);
        let expected = match spec.method {
            _ if spec.access == aicmo_shared::access::Access::Public && spec.kind == api::Kind::Command => {
                "sign-ins"
            }
            api::Method::Get => "reads",
            _ => "writes",
        };
        assert_eq!(name, expected, "{}", spec.name);
        assert!(
            got.header("ratelimit-policy")
                .starts_with(&format!("\"{expected}\";q=")),
            "{}",
            spec.name
        );
        assert!(got.header("ratelimit-policy").ends_with(";w=60"), "{}", spec.name);
    }
    for (method, path) in [
        ("GET", "/api/v1/nonsense"),
        ("GET", "/api/v1/openapi.json"),
        ("TRACE", "/api/v1/leads"),
    ] {
        level(&send(server.request(method, path)).await);
    }
    for path in ["/healthz", "/readyz", "/", "/leads"] {
        assert_eq!(
            send(server.get(path)).await.header("ratelimit"),
            "",
            "{path} is not of the API"
        );
    }
}

#[tokio::test]
async fn an_empty_bucket_is_429_and_says_when_to_ask_again() {
    let server = start(3, 2).serve().without_key();
    for left in [2, 1, 0] {
        let got = send(server.get("/api/v1/status")).await;
        assert_eq!(got.status.as_u16(), 200);
        let (name, remaining, seconds) = level(&got);
        assert_eq!((name.as_str(), remaining), ("reads", left));
        assert_eq!(seconds, 20 * (3 - left));
        assert_eq!(got.header("ratelimit-policy"), "\"reads\";q=3;w=60");
    }
    for path in ["/api/v1/status", "/api/v1/leads", "/api/v1/my-work"] {
        let got = send(server.get(path)).await;
        let problem = got.refused(ErrorCode::RateLimited);
        let wait: u64 = got.header("retry-after").parse().expect("seconds");
        assert!((1..=21).contains(&wait), "{wait}");
        assert_eq!(problem.extras["retry_after"], wait);
        assert_eq!(problem.extras["limit"], 3);
        assert_eq!(level(&got).1, 0);
    }
    // Reading too much keeps nobody from stopping a campaign, and no probe ever waits.
    let stop = server.request("POST", &format!("/api/v1/campaigns/{}/stop", samples::NOBODY));
    let got = send(stop.json(&samples::body("StopCampaign"))).await;
    got.refused(ErrorCode::MockModeReadOnly);
    assert_eq!(level(&got).0, "writes");
    for path in ["/healthz", "/readyz", "/"] {
        assert_eq!(send(server.get(path)).await.status.as_u16(), 200, "{path}");
    }
}

#[tokio::test]
async fn no_limit_is_no_header_and_no_refusal() {
    let server = start(0, 0).serve().without_key();
    for _ in 0..50 {
        let got = send(server.get("/api/v1/status")).await;
        assert_eq!((got.status.as_u16(), got.header("ratelimit")), (200, ""));
    }
}

#[tokio::test]
async fn signing_in_without_a_limit_is_not_paid_from_another_budget() {
    let unlimited = Start {
        budgets: Budgets {
            reads: 1,
            writes: 1,
            sign_ins: 0,
        },
        ..start(1, 1)
    };
    let server = unlimited.serve().without_key();
    for _ in 0..5 {
        let asked = server.request("POST", "/api/v1/session");
        let got = send(asked.json(&samples::body("SignIn"))).await;
        got.refused(ErrorCode::MockModeReadOnly);
        assert_eq!(got.header("ratelimit"), "");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_every_address_has_a_bucket_of_its_own() {
    let trusting = Start {
        trusted_proxies: TrustedProxies(vec!["127.0.0.0/8".parse().expect("a network")]),
        ..start(1, 1)
    }
    .serve();
    // Nobody is known behind these requests, so their addresses pay.
    let from = |server: &TestServer, address: &str| {
        let client = server.client.clone().without_key();
        client
            .get("/api/v1/status")
            .header("X-Forwarded-For", address.to_owned())
    };
    for address in ["203.0.113.1", "203.0.113.2", "2001:db8::1", "2001:db8:0:1::1"] {
        assert_eq!(
            send(from(&trusting, address)).await.status.as_u16(),
            200,
            "{address}"
        );
    }
    for address in [
        "203.0.113.1",
        "6.6.6.6, 203.0.113.1",
        "203.0.113.1, 127.0.0.9",
        "2001:db8::2",
    ] {
        send(from(&trusting, address))
            .await
            .refused(ErrorCode::RateLimited);
    }
    let wary = start(1, 1).serve();
    assert_eq!(send(from(&wary, "203.0.113.1")).await.status.as_u16(), 200);
    send(from(&wary, "203.0.113.2"))
        .await
        .refused(ErrorCode::RateLimited);
}

on_both_databases! {
    async fn whoever_is_known_has_a_budget_of_their_own_and_a_wrong_key_spends_that_of_its_address(db: TestDatabase) {
        let server = Start {
            budgets: Budgets { reads: 4, writes: 100, sign_ins: 100 },
            ..Start::live(db.store())
        }
        .serve();
        let one = server.as_role(Role::Viewer).await;
        let other = server.as_role(Role::Viewer).await;
        let wrong = Who::Bearer("aicmo_nobody-made-this-key".to_owned());
        let ask = async |who: &Who| send(server.ask(who, "GET", "/api/v1/leads")).await;
        // The first look at a credential is at the cost of its address, so two of its four are gone.
        for who in [&one, &other] {
            for _ in 0..4 {
                assert_eq!(ask(who).await.status.as_u16(), 200);
            }
            ask(who).await.refused(ErrorCode::RateLimited);
        }
        for _ in 0..2 {
            ask(&wrong).await.refused(ErrorCode::Unauthenticated);
        }
        ask(&wrong).await.refused(ErrorCode::RateLimited);
        ask(&Who::Nobody).await.refused(ErrorCode::RateLimited);
    }
}

on_both_databases! {
    async fn a_credential_that_nobody_has_seen_is_not_looked_up_once_its_address_has_nothing_left(db: TestDatabase) {
        let server = Start {
            budgets: Budgets { reads: 2, writes: 100, sign_ins: 100 },
            ..Start::live(db.store())
        }
        .serve();
        let seen = server.as_role(Role::Viewer).await;
        let ask = async |who: &Who, path: &str| send(server.ask(who, "GET", path)).await;
        assert_eq!(ask(&seen, "/api/v1/leads").await.status.as_u16(), 200);
        let made_up = |number: u32| Who::Bearer(format!("aicmo_nobody-made-key-{number}"));
        ask(&made_up(1), "/api/v1/leads").await.refused(ErrorCode::Unauthenticated);
        for number in 2..6 {
            ask(&made_up(number), "/api/v1/leads").await.refused(ErrorCode::RateLimited);
        }
        // Whoever is new would be let in: that they are not says that nobody looked.
        let unseen = server.as_role(Role::Viewer).await;
        ask(&unseen, "/api/v1/leads").await.refused(ErrorCode::RateLimited);
        let asked = server.ask(&made_up(6), "GET", "/metrics").header("X-Forwarded-For", "203.0.113.7");
        send(asked).await.refused(ErrorCode::RateLimited);
        assert_eq!(ask(&seen, "/api/v1/leads").await.status.as_u16(), 200, "it is not their fault");
    }
}
