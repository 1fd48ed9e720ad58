//! Names the code that makes state of records, so that a snapshot which other code made is passed
//! over: two builds of one version may differ.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// What state depends on: the engine, and how records are handed to it.
const SOURCES: [&str; 2] = ["../engine/src", "src/recovery.rs"];

/// FNV-1a, 64 bits: a build needs no crate for it.
const FNV_BEGIN: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        gather(Path::new(source), &mut files)?;
    }
    files.sort();
    let mut sum = FNV_BEGIN;
    for file in files {
        sum = fnv(sum, file.to_string_lossy().as_bytes());
        sum = fnv(sum, &fs::read(&file)?);
    }
    println!("cargo::rustc-env=STATE_CODE={sum:016x}");
    Ok(())
}

fn gather(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    fs::read_dir(path)?.try_for_each(|entry| gather(&entry?.path(), files))
}

fn fnv(sum: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(sum, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}
