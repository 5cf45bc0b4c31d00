//! How many files this process may hold open, of which every connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the process needs beside its clients: database, uploads, log, libraries.
const OURS: u64 = 512;

/// Raises the limit as far as `connections` need and the system allows, and answers how many
/// connections there may be.
pub fn make_room(connections: usize) -> usize {
    let wanted = connections as u64 + OURS;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= wanted) {
        return connections;
    }
    let reachable = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(reachable),
            maximum: limit.maximum,
        },
    );
    let granted = if raised.is_ok() {
        reachable
    } else {
        limit.current.unwrap_or(wanted)
    };
    let room = room_within(granted, connections);
    if room < connections {
        tracing::warn!(
            "this process may hold {granted} files open, so it serves {room} connections at once instead of \
             {connections}; raise the limit of the service (LimitNOFILE, ulimit -n)"
        );
    }
    room
}

/// How many connections fit; half of what little there is.
fn room_within(files: u64, connections: usize) -> usize {
    let room = files.saturating_sub(OURS).max(files / 2);
    usize::try_from(room).unwrap_or(connections).min(connections)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_limit_leaves_room_for_the_process_itself() {
        assert_eq!(room_within(100_000, 4_096), 4_096);
        assert_eq!(room_within(4_608, 4_096), 4_096);
        assert_eq!(room_within(1_024, 4_096), 512);
        assert_eq!(room_within(256, 4_096), 128);
    }
}
