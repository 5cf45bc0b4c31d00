//! What a credential was worth a moment ago, so that a request costs no look-up of its own.
//!
//! An entry is good for a second; then the database is asked again, because another replica or the
//! command line may have ended the session or revoked the key. What this process itself changes
//! empties the cache at once, and a look-up that began before such a change is not kept.
//!
//! Which credentials worked when they were looked up last is remembered beyond that: it lets nobody
//! in, it only tells whoever comes again from a stranger.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use aicmo_store::accounts::SecretHash;

use super::principal::Principal;

/// How long an entry is good.
const GOOD_MS: u64 = 1_000;

/// More entries than this are not kept.
const MOST: usize = 10_000;

#[derive(Clone, Debug)]
struct Entry {
    principal: Principal,
    looked_up_ms: u64,
}

/// The entries of one process, by the hash of the credential.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    entries: RwLock<HashMap<SecretHash, Entry>>,
    familiar: RwLock<HashSet<SecretHash>>,
    generation: AtomicU64,
}

impl Cache {
    /// What `credential` was worth within the last second.
    pub(super) fn get(&self, credential: &SecretHash, now_ms: u64) -> Option<Principal> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries
            .get(credential)
            .filter(|entry| now_ms.saturating_sub(entry.looked_up_ms) < GOOD_MS)
            .map(|entry| entry.principal.clone())
    }

    /// Grows with every `forget`; taken before a look-up.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Keeps what a look-up found, unless something was forgotten since `generation`.
    pub(super) fn put(&self, credential: SecretHash, principal: Principal, now_ms: u64, generation: u64) {
        self.learn(credential);
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if self.generation() != generation {
            return;
        }
        if entries.len() >= MOST {
            entries.retain(|_, entry| now_ms.saturating_sub(entry.looked_up_ms) < GOOD_MS);
        }
        if entries.len() < MOST {
            entries.insert(
                credential,
                Entry {
                    principal,
                    looked_up_ms: now_ms,
                },
            );
        }
    }

    /// Whether `credential` worked when it was looked up last.
    pub(super) fn is_familiar(&self, credential: &SecretHash) -> bool {
        let familiar = self.familiar.read().unwrap_or_else(PoisonError::into_inner);
        familiar.contains(credential)
    }

    fn learn(&self, credential: SecretHash) {
        let mut familiar = self.familiar.write().unwrap_or_else(PoisonError::into_inner);
        if familiar.len() >= MOST {
            familiar.clear();
        }
        familiar.insert(credential);
    }

    /// `credential` does not work any more, or never did.
    pub(super) fn unlearn(&self, credential: &SecretHash) {
        if self.is_familiar(credential) {
            let mut familiar = self.familiar.write().unwrap_or_else(PoisonError::into_inner);
            familiar.remove(credential);
        }
    }

    /// Forgets everything: an account, a session or a key was changed.
    pub(crate) fn forget(&self) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        self.generation.fetch_add(1, Ordering::AcqRel);
        entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_good_for_a_second_and_a_change_ends_it_at_once() {
        let cache = Cache::default();
        let key = SecretHash::new([1; 32]);
        cache.put(key, Principal::Bootstrap, 0, cache.generation());
        assert!(cache.get(&key, 999).is_some());
        assert!(cache.get(&key, 1_000).is_none(), "looked up again");
        cache.forget();
        assert!(cache.get(&key, 0).is_none());
    }

    #[test]
    fn who_came_before_is_told_from_a_stranger_until_the_credential_does_not_work() {
        let cache = Cache::default();
        let key = SecretHash::new([1; 32]);
        assert!(!cache.is_familiar(&key));
        cache.put(key, Principal::Bootstrap, 0, cache.generation());
        cache.forget();
        assert!(
            cache.is_familiar(&key),
            "a change elsewhere makes nobody a stranger"
        );
        cache.unlearn(&key);
        assert!(!cache.is_familiar(&key));
    }

    #[test]
    fn a_look_up_that_began_before_a_change_is_not_kept() {
        let cache = Cache::default();
        let key = SecretHash::new([1; 32]);
        let began = cache.generation();
        cache.forget();
        cache.put(key, Principal::Bootstrap, 0, began);
        assert!(cache.get(&key, 0).is_none());
    }
}
