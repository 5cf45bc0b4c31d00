//! The retired entry points, as routes.

use aicmo_legacy_guard::RETIRED;
use aicmo_shared::ErrorCode;

use super::harness::{TestServer, send};

#[tokio::test]
async fn every_retired_route_and_everything_below_is_410_and_names_the_replacement() {
    let server = TestServer::mock();
    assert_eq!(RETIRED.len(), 6);
    for retired in RETIRED {
        for below in ["", "/", "/main", "/static/app.js", "?page=2"] {
            for method in ["GET", "POST", "DELETE", "OPTIONS"] {
                let got = send(server.request(method, &format!("/{}{below}", retired.name))).await;
                let problem = got.refused(ErrorCode::EntryPointRetired);
                assert_eq!(
                    problem.extras["replacement"], retired.replacement,
                    "{}",
                    retired.name
                );
                assert!(problem.detail.contains(retired.replacement), "{}", problem.detail);
            }
        }
    }
}

#[tokio::test]
async fn a_name_that_only_looks_like_a_retired_one_is_not() {
    let server = TestServer::mock();
    for path in ["/apps", "/application", "/App", "/leads/app"] {
        let got = send(server.get(path)).await;
        assert_eq!(got.status.as_u16(), 200, "{path} is a page of the console");
    }
}
