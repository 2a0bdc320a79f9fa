//! The platform's signatures and its message encryption.

use aes::Aes256;
use base64::{
    Engine as _, alphabet,
    engine::{
        GeneralPurpose,
        general_purpose::{PAD, STANDARD},
    },
};
use cbc::cipher::{
    BlockDecryptMut as _, BlockEncryptMut as _, KeyIvInit as _, block_padding::NoPadding,
};
use hmac::digest::CtOutput;
use sha1::{Digest as _, Sha1};

/// 43 characters carry 258 bits for a key of 256; the two spare ones need not be zero, and in real keys are not.
const KEY: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    PAD.with_decode_allow_trailing_bits(true),
);

/// The platform pads to 32 bytes, not to the 16 of AES.
const BLOCK: usize = 32;

/// Why a call-back's cipher could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// It is no Base64, or not whole blocks.
    #[error("密文格式不对或被截断")]
    Malformed,
    /// The padding or the length inside is wrong: another key, or changed bytes.
    #[error("密钥不对，或内容被改动")]
    WrongKey,
    /// It is meant for another account.
    #[error("密文属于别的公众号")]
    OtherAccount,
}

/// The hexadecimal SHA-1 of the parts, sorted and joined.
#[must_use]
pub fn signature(parts: &[&str]) -> String {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    hex::encode(Sha1::digest(parts.concat()))
}

/// Compares a signature in constant time.
#[must_use]
pub fn signed(parts: &[&str], claimed: &str) -> bool {
    let mut bytes = [0; 20];
    if hex::decode_to_slice(claimed, &mut bytes).is_err() {
        return false;
    }
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    let expected = CtOutput::<Sha1>::new(Sha1::digest(parts.concat()));
    expected == CtOutput::new(bytes.into())
}

/// A key of an account.
#[derive(Clone)]
pub struct MessageKey([u8; 32]);

impl MessageKey {
    /// Reads an `EncodingAESKey`; `None` when it is none.
    #[must_use]
    pub fn parse(encoded: &str) -> Option<Self> {
        if encoded.len() != 43 {
            return None;
        }
        let bytes = KEY.decode(format!("{encoded}=")).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// Opens a cipher that is meant for this account.
    pub fn open(&self, cipher: &str, app_id: &str) -> Result<Vec<u8>, Unopened> {
        let mut bytes = STANDARD
            .decode(cipher.trim())
            .map_err(|_| Unopened::Malformed)?;
        if bytes.is_empty() || bytes.len() % BLOCK != 0 {
            return Err(Unopened::Malformed);
        }
        let plain = cbc::Decryptor::<Aes256>::new_from_slices(&self.0, &self.0[..16])
            .map_err(|_| Unopened::Malformed)?
            .decrypt_padded_mut::<NoPadding>(&mut bytes)
            .map_err(|_| Unopened::Malformed)?;
        let padding = usize::from(*plain.last().ok_or(Unopened::WrongKey)?);
        if !(1..=BLOCK).contains(&padding)
            || plain.len() < padding
            || plain[plain.len() - padding..]
                .iter()
                .any(|byte| usize::from(*byte) != padding)
        {
            return Err(Unopened::WrongKey);
        }
        let plain = &plain[..plain.len() - padding];
        let length = plain
            .get(16..20)
            .and_then(|bytes| bytes.try_into().ok())
            .map(u32::from_be_bytes)
            .and_then(|length| usize::try_from(length).ok())
            .ok_or(Unopened::WrongKey)?;
        let end = length.checked_add(20).ok_or(Unopened::WrongKey)?;
        let message = plain.get(20..end).ok_or(Unopened::WrongKey)?;
        if &plain[end..] != app_id.as_bytes() {
            return Err(Unopened::OtherAccount);
        }
        Ok(message.to_vec())
    }

    /// Seals a message of an account.
    #[must_use]
    pub fn seal(&self, message: &[u8], app_id: &str, random: [u8; 16]) -> Option<String> {
        let mut bytes = random.to_vec();
        bytes.extend(u32::try_from(message.len()).ok()?.to_be_bytes());
        bytes.extend(message);
        bytes.extend(app_id.as_bytes());
        let padding = BLOCK - bytes.len() % BLOCK;
        bytes.extend(std::iter::repeat_n(u8::try_from(padding).ok()?, padding));
        let sealed = cbc::Encryptor::<Aes256>::new_from_slices(&self.0, &self.0[..16])
            .ok()?
            .encrypt_padded_vec_mut::<NoPadding>(&bytes);
        Some(STANDARD.encode(sealed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY_TEXT: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    const APP: &str = "wx2c2769f8efd9abc2";
    const CIPHER: &str = "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE=";

    #[test]
    fn the_signatures_of_the_documents() {
        let vectors: [(&[&str], &str); 4] = [
            (
                &["AAAAA", "1714036504", "1514711492"],
                "f464b24fc39322e44b38aa78f5edd27bd1441696",
            ),
            (
                &["AAAAA", "1714037059", "486452656"],
                "899cf89e464efb63f54ddac96b0a0a235f53aa78",
            ),
            (
                &["spamtest", "1409735669", "1320562132"],
                "16120ec1b8dbb870f510d87ce6bc2463eae6ca1a",
            ),
            (
                &["spamtest", "1409735669", "1320562132", CIPHER],
                "5d197aaffba7e9b25a30732f161a50dee96bd5fa",
            ),
        ];
        for (parts, expected) in vectors {
            assert_eq!(signature(parts), expected);
            assert!(signed(parts, expected));
            assert!(signed(parts, &expected.to_uppercase()));
            assert!(!signed(parts, &expected.replace('6', "7")));
            assert!(!signed(parts, &expected[..38]));
            assert!(!signed(parts, "not hexadecimal"));
        }
    }

    #[test]
    fn a_key_whose_spare_bits_are_not_zero_is_a_key() {
        let key = MessageKey::parse(KEY_TEXT).unwrap();
        assert_eq!(
            hex::encode(key.0),
            "69b71d79f8218a39259a7a29aabb2dbafc31cb3d35db7e39ebbf3d0010831051"
        );
        assert!(MessageKey::parse("short").is_none());
        assert!(MessageKey::parse(&"*".repeat(43)).is_none());
    }

    #[test]
    fn the_sample_of_the_documents_opens_and_seals_to_the_same_bytes() {
        let key = MessageKey::parse(KEY_TEXT).unwrap();
        let message = key.open(CIPHER, APP).unwrap();
        assert_eq!(message.len(), 280);
        let text = String::from_utf8(message.clone()).unwrap();
        assert!(text.contains("<Content><![CDATA[abcdteT]]></Content>"));
        let random: [u8; 16] = *b"89465c840c5f116f";
        assert_eq!(key.seal(&message, APP, random).unwrap(), CIPHER);
    }

    #[test]
    fn what_is_wrong_with_a_cipher_is_told_apart() {
        let key = MessageKey::parse(KEY_TEXT).unwrap();
        assert_eq!(key.open(CIPHER, "wx0").unwrap_err(), Unopened::OtherAccount);
        assert_eq!(
            key.open(&CIPHER[..100], APP).unwrap_err(),
            Unopened::Malformed
        );
        assert_eq!(
            key.open(&CIPHER[..128], APP).unwrap_err(),
            Unopened::WrongKey
        );
        assert_eq!(key.open("", APP).unwrap_err(), Unopened::Malformed);
        assert_eq!(key.open("!!!!", APP).unwrap_err(), Unopened::Malformed);
        let other = MessageKey::parse(&KEY_TEXT.replace('a', "b")).unwrap();
        assert_eq!(other.open(CIPHER, APP).unwrap_err(), Unopened::WrongKey);
        for length in [0, 1, 31, 32, 1000] {
            let sealed = key.seal(&vec![b'x'; length], APP, [7; 16]).unwrap();
            assert_eq!(key.open(&sealed, APP).unwrap(), vec![b'x'; length]);
        }
    }
}
