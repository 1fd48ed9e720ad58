//! Every variable that the program reads is explained in `.env.example`, where every line is a comment.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::finding::Finding;
use super::names::{is_code, is_read};
use super::source::{Source, literals, text_of};
use super::tree::File;

const EXAMPLE: &str = ".env.example";

/// Functions that read a variable whose name they do not say.
const SILENT: [(&str, &str); 2] = [("from_default_env", "RUST_LOG"), ("try_from_default_env", "RUST_LOG")];

/// Everything this file checks.
pub(crate) fn check(sources: &[Source<'_>], files: &[File]) -> Vec<Finding> {
    let Some(example) = files.iter().find(|file| file.path == EXAMPLE) else {
        return vec![Finding::new(EXAMPLE, 1, "explain here each variable that is read")];
    };
    let mut findings = in_force(&example.text);
    let explained = explained(&example.text);
    for source in sources.iter().filter(|source| is_program(&source.file.path)) {
        let (read, unnamed) = variables(source);
        findings.extend(unnamed);
        for (name, line) in read.iter().filter(|(name, _)| !explained.contains(&name.as_str())) {
            findings.push(source.finding(*line, format!("`{name}` is read: explain it in `{EXAMPLE}`")));
        }
    }
    findings
}

fn is_program(path: &str) -> bool {
    is_code(path) && !path.contains("/tests/") && !path.ends_with("/tests.rs")
}

fn in_force(example: &str) -> Vec<Finding> {
    let lines = (1..).zip(example.lines());
    let live = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    live.map(|(line, _)| Finding::new(EXAMPLE, line, "an example changes nothing: comment the line out"))
        .collect()
}

fn explained(example: &str) -> Vec<&str> {
    let names = example.lines().filter_map(|line| line.strip_prefix('#')?.trim().split_once('='));
    names.map(|(name, _)| name).filter(|name| is_name(name)).collect()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.chars().all(|char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_')
}

/// The variables that a file reads; and where it reads one without saying which.
fn variables(source: &Source<'_>) -> (Vec<(String, usize)>, Vec<Finding>) {
    let mut read = Vec::new();
    let mut unnamed = Vec::new();
    from_attributes(source, source.tokens.clone(), &mut read, &mut unnamed);
    for mention in &source.mentions {
        let silent = SILENT.iter().find(|(function, _)| mention.has(&[function]));
        read.extend(silent.map(|(_, name)| ((*name).to_owned(), mention.line)));
    }
    let reads: Vec<_> = source.mentions.iter().filter(|mention| is_read(mention)).collect();
    let direct = reads.iter().filter_map(|mention| Some((mention.literal.clone()?, mention.line)));
    read.extend(direct);
    if !reads.is_empty() {
        read.extend(look_like_names(source));
    }
    if let Some(first) = reads.iter().find(|mention| !mention.has(&["dotenvy"]))
        && read.is_empty()
    {
        unnamed.push(source.finding(first.line, "name the variables in the file that reads them"));
    }
    read.retain(|(name, _)| !name.starts_with("CARGO_"));
    read.sort();
    read.dedup_by(|a, b| a.0 == b.0);
    (read, unnamed)
}

/// Texts `LIKE_THIS`, in a file that reads the environment.
fn look_like_names(source: &Source<'_>) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    literals(source.tokens.clone(), &mut found);
    let texts = found.into_iter().filter_map(|(literal, line)| Some((text_of(&literal)?, line)));
    texts.filter(|(text, _)| is_name(text) && text.contains('_')).collect()
}

/// `#[arg(env = "NAME")]`, which clap reads.
fn from_attributes(
    source: &Source<'_>,
    tokens: TokenStream,
    read: &mut Vec<(String, usize)>,
    unnamed: &mut Vec<Finding>,
) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        let TokenTree::Group(group) = tree else { continue };
        let is_argument = at > 0
            && group.delimiter() == Delimiter::Parenthesis
            && matches!(&trees[at - 1], TokenTree::Ident(name) if name == "arg" || name == "clap");
        if is_argument {
            one_argument(source, group.stream(), read, unnamed);
        }
        from_attributes(source, group.stream(), read, unnamed);
    }
}

fn one_argument(
    source: &Source<'_>,
    tokens: TokenStream,
    read: &mut Vec<(String, usize)>,
    unnamed: &mut Vec<Finding>,
) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        let TokenTree::Ident(name) = tree else { continue };
        if name != "env" {
            continue;
        }
        let line = name.span().start().line;
        match trees.get(at + 2) {
            Some(TokenTree::Literal(literal)) => {
                read.extend(text_of(&literal.to_string()).map(|name| (name, line)));
            }
            _ => unnamed.push(source.finding(line, "say which variable: `env = \"NAME\"`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::finding::assert_told;
    use crate::tidy::source::Source;
    use crate::tidy::tree::file;

    fn told(code: &str, example: &str, wanted: &[&str]) {
        let files = [file("src/a.rs", code), file(".env.example", example)];
        assert_told(&check(&[Source::parse(&files[0]).unwrap()], &files), wanted);
    }

    #[test]
    fn what_is_read_is_explained() {
        told("fn f() { std::env::var(\"PORT\"); }", "# The port.\n# PORT=7497\n", &[]);
        told("fn f() { env!(\"CARGO_MANIFEST_DIR\"); g(\"NOT_READ\") }", "", &[]);
        let wanted = ["src/a.rs:1: `PORT` is read: explain it in `.env.example`"];
        told("fn f() { std::env::var_os(\"PORT\"); }", "# PORT is not shown\n", &wanted);
    }

    #[test]
    fn a_table_of_names() {
        let code = "const ALL: [&str; 2] = [\n\"TWS_HOST\",\n\"TWS_PORT\"];\nfn f() { env::var(name); }";
        told(code, "#TWS_HOST=x\n", &["src/a.rs:3: `TWS_PORT` is read: explain it in `.env.example`"]);
        let wanted = ["src/a.rs:1: name the variables in the file that reads them"];
        told("fn f() { env::var(name); }", "", &wanted);
    }

    #[test]
    fn arguments_and_logs() {
        let code =
            "struct A {\n#[arg(long, env = \"API_KEY\")]\nkey: String,\n#[arg(env, long)]\nhost: String }";
        let wanted = [
            "src/a.rs:4: say which variable: `env = \"NAME\"`",
            "src/a.rs:2: `API_KEY` is read: explain it in `.env.example`",
        ];
        told(code, "", &wanted);
        let wanted = ["src/a.rs:1: `RUST_LOG` is read: explain it in `.env.example`"];
        told("fn f() { EnvFilter::from_default_env(); }", "", &wanted);
    }

    #[test]
    fn an_example_changes_nothing() {
        told("", "# A.\n\nA=1\n", &[".env.example:3: an example changes nothing: comment the line out"]);
    }
}
