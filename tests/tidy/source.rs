//! A Rust file, parsed: its syntax, its tokens, and the paths that it mentions.
//!
//! Tokens see what syntax does not: the inside of macros. A comment is neither.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::finding::Finding;
use super::tree::File;

/// A parsed file.
pub(crate) struct Source<'f> {
    /// The file.
    pub(crate) file: &'f File,
    /// Its syntax.
    pub(crate) syntax: syn::File,
    /// Its tokens.
    pub(crate) tokens: TokenStream,
    /// The paths in it, such as `std::fs::read`, with groups of a `use` taken apart.
    pub(crate) mentions: Vec<Mention>,
}

/// A path somewhere in a file; a bare name is a path of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    /// Its names.
    pub(crate) names: Vec<String>,
    /// The line of the last one.
    pub(crate) line: usize,
    /// The text literal in the brackets right behind it, if that is what follows.
    pub(crate) literal: Option<String>,
}

impl<'f> Source<'f> {
    /// Parses, or says why not.
    pub(crate) fn parse(file: &'f File) -> Result<Self, Finding> {
        let wrong = |line, why: &dyn ToString| {
            Finding::new(&file.path, line, format!("not Rust: {}", why.to_string()))
        };
        let tokens: TokenStream = file
            .text
            .parse()
            .map_err(|error: proc_macro2::LexError| wrong(error.span().start().line, &error))?;
        let syntax = syn::parse_file(&file.text).map_err(|error| wrong(error.span().start().line, &error))?;
        let mut mentions = Vec::new();
        gather(tokens.clone(), &[], &mut mentions);
        Ok(Source { file, syntax, tokens, mentions })
    }

    /// A finding in this file.
    pub(crate) fn finding(&self, line: usize, text: impl Into<String>) -> Finding {
        Finding::new(&self.file.path, line, text)
    }
}

impl Mention {
    /// Whether these names stand in it, one after the other.
    pub(crate) fn has(&self, names: &[&str]) -> bool {
        self.names.windows(names.len()).any(|window| window == names)
    }
}

/// The paths in `tokens`, each behind `before`.
fn gather(tokens: TokenStream, before: &[String], out: &mut Vec<Mention>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        at += 1;
        match tree {
            TokenTree::Ident(first) => at = path(&trees, at, first, before, out),
            TokenTree::Group(group) => gather(group.stream(), &[], out),
            _ => {}
        }
    }
}

/// One path that begins with `first`; answers where it ends.
fn path(
    trees: &[TokenTree],
    mut at: usize,
    first: &Ident,
    before: &[String],
    out: &mut Vec<Mention>,
) -> usize {
    let mut names = before.to_vec();
    let mut line = first.span().start().line;
    names.push(bare(first));
    while is_colons(trees, at) {
        match trees.get(at + 2) {
            Some(TokenTree::Ident(name)) => {
                names.push(bare(name));
                line = name.span().start().line;
                at += 3;
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                gather(group.stream(), &names, out);
                return at + 3;
            }
            _ => break,
        }
    }
    let literal = trees.get(at).and_then(called_with);
    out.push(Mention { names, line, literal });
    at
}

/// `r#ibapi` is `ibapi`.
fn bare(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

fn is_colons(trees: &[TokenTree], at: usize) -> bool {
    let is_colon = |tree: Option<&TokenTree>| matches!(tree, Some(TokenTree::Punct(p)) if p.as_char() == ':');
    is_colon(trees.get(at)) && is_colon(trees.get(at + 1))
}

fn called_with(tree: &TokenTree) -> Option<String> {
    match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => first_text(group),
        _ => None,
    }
}

fn first_text(group: &Group) -> Option<String> {
    match group.stream().into_iter().next() {
        Some(TokenTree::Literal(literal)) => text_of(&literal.to_string()),
        _ => None,
    }
}

/// What stands between the quotes of a plain text literal.
pub(crate) fn text_of(literal: &str) -> Option<String> {
    literal.strip_prefix('"')?.strip_suffix('"').map(str::to_owned)
}

/// Every literal's token text in `tokens`, with its line.
pub(crate) fn literals(tokens: TokenStream, out: &mut Vec<(String, usize)>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => literals(group.stream(), out),
            TokenTree::Literal(literal) => out.push((literal.to_string(), literal.span().start().line)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Source;
    use crate::tidy::tree::file;

    #[test]
    fn paths_are_taken_apart() {
        let file = file(
            "a.rs",
            "use std::{fs, net::{self, TcpStream}};\nfn f() { say!(\"{}\", r#env::var(\"A_B\")) }",
        );
        let source = Source::parse(&file).unwrap();
        let told: Vec<String> = source.mentions.iter().map(|mention| mention.names.join("::")).collect();
        let wanted =
            ["use", "std::fs", "std::net::self", "std::net::TcpStream", "fn", "f", "say", "env::var"];
        assert_eq!(told, wanted);
        assert_eq!(source.mentions[7].literal.as_deref(), Some("A_B"));
        assert_eq!(source.mentions[7].line, 2);
    }

    #[test]
    fn what_is_no_rust_is_told() {
        let file = file("a.rs", "//! Doc.\nfn (");
        assert!(Source::parse(&file).err().unwrap().to_string().starts_with("a.rs:2: not Rust: "));
    }
}
