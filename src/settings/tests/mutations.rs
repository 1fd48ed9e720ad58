//! A right document, broken at random: never a panic, never without end, always a line that exists.

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::sample::Index;

use super::fixture::load;

const TOML: &str = include_str!("right.toml");
const YAML: &str = include_str!("right.yaml");

#[derive(Clone, Debug)]
enum Mutation {
    Drop(Index, usize),
    Put(Index, String),
    RepeatLine(Index),
    DropLine(Index),
    SwapLines(Index, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let piece = prop_oneof!["[a-z_\\[\\]{}=.,:#\"' \n0-9&*-]{1,4}", any::<char>().prop_map(String::from)];
    prop_oneof![
        (any::<Index>(), 1..6_usize).prop_map(|(at, count)| Mutation::Drop(at, count)),
        (any::<Index>(), piece).prop_map(|(at, piece)| Mutation::Put(at, piece)),
        any::<Index>().prop_map(Mutation::RepeatLine),
        any::<Index>().prop_map(Mutation::DropLine),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Mutation::SwapLines(a, b)),
    ]
}

fn mutate(text: &str, mutation: &Mutation) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut lines: Vec<&str> = text.lines().collect();
    if chars.is_empty() || lines.is_empty() {
        return text.to_owned();
    }
    match mutation {
        Mutation::Drop(at, count) => {
            let at = at.index(chars.len());
            chars.iter().take(at).chain(chars.iter().skip(at + count)).collect()
        }
        Mutation::Put(at, piece) => {
            let at = at.index(chars.len());
            chars[..at].iter().copied().chain(piece.chars()).chain(chars[at..].iter().copied()).collect()
        }
        Mutation::RepeatLine(at) => {
            let at = at.index(lines.len());
            lines.insert(at, lines[at]);
            lines.join("\n")
        }
        Mutation::DropLine(at) => {
            lines.remove(at.index(lines.len()));
            lines.join("\n")
        }
        Mutation::SwapLines(a, b) => {
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
            lines.join("\n")
        }
    }
}

fn survives(file: &str, text: &str) {
    let Err(faults) = load(file, text) else { return };
    assert!(!faults.is_empty());
    // YAML counts a lone carriage return as a line too.
    let last = u32::try_from(text.matches(['\n', '\r']).count()).unwrap() + 2;
    for fault in faults {
        let line = fault.origin.line().unwrap();
        assert!((1..=last).contains(&line), "{fault}");
    }
}

#[test]
fn what_is_broken_is_right_at_first() {
    load("right.toml", TOML).unwrap();
    load("right.yaml", YAML).unwrap();
}

proptest! {
    #[test]
    fn broken_toml(mutations in proptest::collection::vec(mutation(), 1..5)) {
        survives("a.toml", &mutations.iter().fold(TOML.to_owned(), |text, mutation| mutate(&text, mutation)));
    }

    #[test]
    fn broken_yaml(mutations in proptest::collection::vec(mutation(), 1..5)) {
        survives("a.yaml", &mutations.iter().fold(YAML.to_owned(), |text, mutation| mutate(&text, mutation)));
    }

    #[test]
    fn any_text(text in "\\PC{0,80}", tail in Just("\n")) {
        survives("a.toml", &format!("{text}{tail}"));
        survives("a.yaml", &format!("{text}{tail}"));
    }
}
