//! Retired entry points are executed, not inspected.

use aicmo_backend::smoke::server::{command, run_to_end};
use aicmo_legacy_guard::RETIRED;
use aicmo_shared::{ErrorCode, Problem};

use crate::support::{Room, binary, client};

#[test]
fn a_retired_subcommand_exits_64_with_one_line_and_touches_nothing() {
    for retired in RETIRED {
        let room = Room::new();
        for arguments in [
            vec![retired.name],
            vec![retired.name, "--help"],
            vec![retired.name, "serve"],
        ] {
            let ended = room.run(&arguments, &[("AICMO_BIND", "not an address")]);
            assert_eq!(ended.status.code(), Some(64), "{arguments:?}");
            assert_eq!(ended.stdout, "");
            assert_eq!(
                ended.stderr,
                format!(
                    "RETIRED_ENTRYPOINT {}: use {}\n",
                    retired.name, retired.replacement
                )
            );
        }
        assert!(room.files().is_empty(), "{:?}", room.files());
    }
}

#[test]
fn a_retired_program_name_exits_64_whatever_it_is_asked() {
    for retired in RETIRED {
        let room = Room::new();
        let program = room.path().join(retired.name);
        std::os::unix::fs::symlink(binary(), &program).expect("linked");
        for arguments in [vec![], vec!["serve"], vec!["doctor", "--json"]] {
            let data = room.data();
            let mut command = command(&program, &[("AICMO_DATA_DIR", data.to_str().expect("UTF-8"))]);
            command.args(&arguments).current_dir(room.path());
            let ended = run_to_end(command).expect("it ends");
            assert_eq!(ended.status.code(), Some(64), "{} {arguments:?}", retired.name);
            assert_eq!(ended.stderr, format!("{}\n", retired.refusal_line()));
            assert_eq!(ended.stdout, "");
        }
        assert_eq!(room.files(), [program.display().to_string()]);
    }
}

#[tokio::test]
async fn a_retired_route_answers_410_with_its_replacement_also_in_mock_mode() {
    let room = Room::new();
    let server = room.serve(&[("AICMO_DATA_SOURCE", "mock")]);
    let client = client(&server);
    for retired in RETIRED {
        for path in ["", "/", "/deeper/still", "?x=1"] {
            let path = format!("/{}{path}", retired.name);
            let answer = client.get(&path).send().await.expect("an answer");
            assert_eq!(answer.status().as_u16(), 410, "{path}");
            let problem: Problem = answer.json().await.expect("a problem document");
            assert_eq!(problem.code, ErrorCode::EntryPointRetired);
            assert_eq!(problem.extras["replacement"], retired.replacement);
        }
    }
}
