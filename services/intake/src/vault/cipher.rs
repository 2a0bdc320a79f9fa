//! What seals: AES-256-GCM or SM4-GCM, and the keyed digests.

use aes_gcm::{
    Aes256Gcm, AesGcm, Nonce,
    aead::{Aead as _, KeyInit, Payload, consts::U12},
};
use hmac::{
    Mac,
    digest::consts::{U32, U64},
};
use rand::{RngCore as _, rngs::OsRng};
use sm4::Sm4;
use uuid::Uuid;

use super::{BLOCK_BYTES, VaultTrouble};

const NONCE_BYTES: usize = 12;

/// What seals with a key, the nonce first and the tag last.
pub(super) enum Cipher {
    Aes256Gcm(Box<Aes256Gcm>),
    Sm4Gcm(Box<AesGcm<Sm4, U12>>),
}

/// How things are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// AES with 256 bits.
    Aes256Gcm,
    /// SM4 with 128 bits (GB/T 32907).
    Sm4Gcm,
}

impl Algorithm {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "AES-256-GCM",
            Self::Sm4Gcm => "SM4-GCM",
        }
    }

    pub(super) fn key_bytes(self) -> usize {
        match self {
            Self::Aes256Gcm => 32,
            Self::Sm4Gcm => 16,
        }
    }

    /// The cipher of a key; none when the key has another length.
    pub(super) fn cipher(self, key: &[u8]) -> Option<Cipher> {
        Some(match self {
            Self::Aes256Gcm => Cipher::Aes256Gcm(Box::new(KeyInit::new_from_slice(key).ok()?)),
            Self::Sm4Gcm => Cipher::Sm4Gcm(Box::new(KeyInit::new_from_slice(key).ok()?)),
        })
    }
}

/// The digest of parts, each after its length, with a key.
pub(super) fn keyed<M: Mac<OutputSize = U32> + KeyInit<KeySize = U64>>(
    key: &[u8; BLOCK_BYTES],
    parts: [&str; 3],
) -> M {
    let mut mac = <M as KeyInit>::new(key.into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac
}

impl Cipher {
    fn encrypt(&self, nonce: [u8; NONCE_BYTES], plain: Payload<'_, '_>) -> Option<Vec<u8>> {
        let nonce = Nonce::from(nonce);
        match self {
            Self::Aes256Gcm(cipher) => cipher.encrypt(&nonce, plain).ok(),
            Self::Sm4Gcm(cipher) => cipher.encrypt(&nonce, plain).ok(),
        }
    }

    fn decrypt(&self, nonce: [u8; NONCE_BYTES], sealed: Payload<'_, '_>) -> Option<Vec<u8>> {
        let nonce = Nonce::from(nonce);
        match self {
            Self::Aes256Gcm(cipher) => cipher.decrypt(&nonce, sealed).ok(),
            Self::Sm4Gcm(cipher) => cipher.decrypt(&nonce, sealed).ok(),
        }
    }
}

/// Encrypts, bound to what it is and whose.
pub(super) fn seal(
    cipher: &Cipher,
    what: &'static str,
    id: Uuid,
    plain: &[u8],
) -> Result<Vec<u8>, VaultTrouble> {
    let mut nonce = [0; NONCE_BYTES];
    OsRng.fill_bytes(&mut nonce);
    let aad = &bound_to(what, id);
    let bytes = cipher
        .encrypt(nonce, Payload { msg: plain, aad })
        .ok_or(VaultTrouble::Broken(what, id))?;
    Ok([&nonce[..], &bytes].concat())
}

/// Decrypts what was sealed so.
pub(super) fn open(
    cipher: &Cipher,
    what: &'static str,
    id: Uuid,
    sealed: &[u8],
) -> Result<Vec<u8>, VaultTrouble> {
    let broken = || VaultTrouble::Broken(what, id);
    let (nonce, msg) = sealed
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or_else(broken)?;
    let aad = &bound_to(what, id);
    cipher
        .decrypt(*nonce, Payload { msg, aad })
        .ok_or_else(broken)
}

fn bound_to(what: &str, id: Uuid) -> Vec<u8> {
    [b"suda.intake.v1 ", what.as_bytes(), b" ", id.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use sm3::{Digest as _, Sm3};
    use sm4::cipher::BlockEncrypt as _;

    use super::*;

    #[test]
    fn sm3_and_sm4_give_what_the_standards_say() {
        // GB/T 32905-2016 and GB/T 32907-2016, each its first example.
        let digest = Sm3::digest(b"abc");
        assert_eq!(
            hex::encode(digest),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        let mut plain = [0; 16];
        hex::decode_to_slice("0123456789abcdeffedcba9876543210", &mut plain).unwrap();
        let mut block = sm4::cipher::Block::<Sm4>::from(plain);
        Sm4::new_from_slice(&plain)
            .unwrap()
            .encrypt_block(&mut block);
        assert_eq!(hex::encode(block), "681edf34d206965e86b3e94f536e4246");
    }

    #[test]
    fn sm4_gcm_seals_what_rfc_8998_says() {
        // RFC 8998 appendix A.1.
        let bytes = |text: &str| hex::decode(text).unwrap();
        let cipher = Algorithm::Sm4Gcm
            .cipher(&bytes("0123456789abcdeffedcba9876543210"))
            .unwrap();
        let nonce: [u8; NONCE_BYTES] = bytes("00001234567800000000abcd").try_into().unwrap();
        let associated = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let msg = &bytes(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd\
             eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        );
        let aad = &associated;
        let sealed = cipher.encrypt(nonce, Payload { msg, aad }).unwrap();
        assert_eq!(
            hex::encode(sealed),
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
             d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d\
             83de3541e4c2b58177e065a9bf7b62ec"
        );
    }
}
