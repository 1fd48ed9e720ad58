//! What no text of the tree says: where it was written, where its packages were fetched, what is left for later.
//!
//! The words stand here in two halves, for this file is looked at too.

use super::finding::Finding;
use super::tree::File;

const PLACES: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tmp/tar", "get"), concat!("/Us", "ers/")];

const HOSTS: [&str; 5] = [
    concat!("crates", ".io"),
    concat!("arti", "factory"),
    concat!("registry.np", "mjs"),
    concat!("py", "pi.org"),
    concat!("pythonho", "sted"),
];

const LATER: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];

/// Everything this file checks. The lock file names the registry by its nature.
pub(crate) fn check(file: &File) -> Vec<Finding> {
    if file.path == "Cargo.lock" {
        return Vec::new();
    }
    let lines = (1..).zip(file.text.lines());
    lines.flat_map(|(number, line)| told(line).map(|text| Finding::new(&file.path, number, text))).collect()
}

fn told(line: &str) -> Option<String> {
    if let Some(place) = PLACES.iter().find(|place| has(line, place)) {
        return Some(format!("`{place}` is one machine's path: say it from the root of the tree"));
    }
    if let Some(host) = HOSTS.iter().find(|host| line.contains(*host)) {
        return Some(format!("`{host}` is a registry's host: say the public registry"));
    }
    let word = LATER.iter().find(|word| has(line, word))?;
    Some(format!("`{word}` is for later: do it, or write a decision down"))
}

/// `word` in `line`, not as a part of a longer word.
fn has(line: &str, word: &str) -> bool {
    let is_letter = |char: char| char.is_alphanumeric();
    let is_cut = |rest: &str| word.ends_with(is_letter) && rest.starts_with(is_letter);
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(is_letter) && !is_cut(&line[at + word.len()..]))
}

#[cfg(test)]
mod tests {
    use super::{HOSTS, LATER, PLACES, check};
    use crate::tidy::finding::assert_told;
    use crate::tidy::tree::file;

    #[test]
    fn each_word_is_found() {
        for word in PLACES.iter().chain(&HOSTS).chain(&LATER) {
            let findings = check(&file("docs/a.md", &format!("fine\nsee {word} there")));
            assert_eq!(findings.len(), 1, "{word}");
            assert!(findings[0].to_string().starts_with("docs/a.md:2: "), "{word}");
        }
    }

    #[test]
    fn longer_words_are_others() {
        let text = format!("net{} and {}S and a{}", PLACES[0], LATER[0], LATER[0]);
        assert_told(&check(&file("a.md", &text)), &[]);
    }

    #[test]
    fn the_lock_file_names_its_registry() {
        assert_told(&check(&file("Cargo.lock", HOSTS[0])), &[]);
    }
}
