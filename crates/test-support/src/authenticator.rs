//! An authenticator in software: makes passkeys and answers challenges as a browser with one would.
//!
//! Owns one key at a time and its counter, and the lies that a test tells: another origin, another
//! counter, nobody verified. The server's side is in the operations.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const HAS_CREDENTIAL: u8 = 1 << 6;

/// A passkey and the browser around it.
pub struct Authenticator {
    key: EcdsaKeyPair,
    credential: Vec<u8>,
    user: Vec<u8>,
    /// What the browser says it stands at.
    pub origin: String,
    /// Uses so far; a test may turn it back.
    pub counter: u32,
    /// Whether it says that it has seen its owner.
    pub verifies: bool,
}

impl Authenticator {
    /// A new key, in a browser at `origin`.
    ///
    /// # Panics
    /// When there is no randomness.
    pub fn at(origin: &str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random)
            .expect("a key");
        let credential = Sha256::digest(key.public_key().as_ref()).to_vec();
        Self {
            key,
            credential,
            user: Vec::new(),
            origin: origin.to_owned(),
            counter: 0,
            verifies: true,
        }
    }

    /// Makes the passkey that `options` ask for: what `toJSON` gives.
    ///
    /// # Panics
    /// When the options are none.
    pub fn create(&mut self, options: &Value) -> Value {
        self.user = bytes(&options["user"]["id"]);
        let client = self.client_data("webauthn.create", options);
        let length = u16::try_from(self.credential.len()).expect("short");
        let point = self.key.public_key().as_ref();
        let data = [
            self.data(&options["rp"]["id"], HAS_CREDENTIAL).as_slice(),
            &[0; 16],
            &length.to_be_bytes(),
            &self.credential,
            // A map of five: an elliptic curve key, ES256, P-256, x and y.
            &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20],
            point.get(1..33).expect("x"),
            &[0x22, 0x58, 0x20],
            point.get(33..65).expect("y"),
        ]
        .concat();
        let length = u16::try_from(data.len()).expect("short");
        let attestation = [
            // A map of three: the format is "none", so the statement is empty, and the data follow.
            b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice(),
            &length.to_be_bytes(),
            &data,
        ]
        .concat();
        self.credential_json(&json!({
            "attestationObject": URL_SAFE_NO_PAD.encode(attestation),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "transports": ["internal"],
        }))
    }

    /// Answers the challenge of `options`: what `toJSON` gives.
    ///
    /// # Panics
    /// When the options are none.
    pub fn answer(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let client = self.client_data("webauthn.get", options);
        let data = self.data(&options["rpId"], 0);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("signed");
        self.credential_json(&json!({
            "authenticatorData": URL_SAFE_NO_PAD.encode(&data),
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client),
            "signature": URL_SAFE_NO_PAD.encode(signature),
            "userHandle": URL_SAFE_NO_PAD.encode(&self.user),
        }))
    }

    /// Says from now on that its passkey belongs to somebody else.
    pub fn claim(&mut self, user: &[u8]) {
        user.clone_into(&mut self.user);
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let said = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        said.to_string().into_bytes()
    }

    fn data(&self, party: &Value, flags: u8) -> Vec<u8> {
        let party = Sha256::digest(party.as_str().expect("the party's id"));
        let verified = if self.verifies { VERIFIED } else { 0 };
        [
            party.as_slice(),
            &[PRESENT | verified | flags],
            &self.counter.to_be_bytes(),
        ]
        .concat()
    }

    fn credential_json(&self, response: &Value) -> Value {
        let id = URL_SAFE_NO_PAD.encode(&self.credential);
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        })
    }
}

fn bytes(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(text.as_str().expect("base64url"))
        .expect("base64url")
}
