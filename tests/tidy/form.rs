//! What every Rust file looks like: it opens with what it is, functions fit on a screen, no globs, nothing unfinished.

use proc_macro2::TokenTree;
use syn::spanned::Spanned;
use syn::visit::Visit;

use super::finding::Finding;
use super::source::Source;

/// The most lines of a function, its signature included.
const FUNCTION_LINES_MAX: usize = 70;

const UNFINISHED: [&str; 3] = ["todo", "unimplemented", "dbg"];

/// Everything this file checks.
pub(crate) fn check(source: &Source<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !source.file.text.starts_with("//!") {
        findings.push(source.finding(1, "open the file with `//!`: what it is, what it refuses"));
    }
    let mut visitor = Visitor { source, findings };
    visitor.visit_file(&source.syntax);
    findings = visitor.findings;
    findings.extend(tokens(source, &source.tokens.clone().into_iter().collect::<Vec<_>>()));
    findings
}

struct Visitor<'s, 'f> {
    source: &'s Source<'f>,
    findings: Vec<Finding>,
}

impl Visitor<'_, '_> {
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let first = signature.span().start().line;
        let lines = block.span().end().line + 1 - first;
        if lines > FUNCTION_LINES_MAX {
            let text = format!(
                "`{}` has {lines} lines, {FUNCTION_LINES_MAX} are the end: split it",
                signature.ident
            );
            self.findings.push(self.source.finding(first, text));
        }
    }
}

impl<'ast> Visit<'ast> for Visitor<'_, '_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        syn::visit::visit_trait_item_fn(self, item);
    }

    fn visit_use_glob(&mut self, glob: &'ast syn::UseGlob) {
        let line = glob.span().start().line;
        self.findings.push(self.source.finding(line, "a glob import: name what is used"));
    }
}

/// Macros and attributes of unfinished work, inside of macros too.
fn tokens(source: &Source<'_>, trees: &[TokenTree]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        match (tree, trees.get(at + 1)) {
            (TokenTree::Ident(name), Some(TokenTree::Punct(mark)))
                if mark.as_char() == '!' && UNFINISHED.iter().any(|word| name == word) =>
            {
                let text = format!("`{name}!` is unfinished work: finish it or leave it out");
                findings.push(source.finding(name.span().start().line, text));
            }
            (TokenTree::Punct(mark), Some(TokenTree::Group(group))) if mark.as_char() == '#' => {
                if let Some(TokenTree::Ident(name)) = group.stream().into_iter().next()
                    && name == "ignore"
                {
                    let text = "an ignored test: make it run or remove it";
                    findings.push(source.finding(name.span().start().line, text));
                }
            }
            _ => {}
        }
        if let TokenTree::Group(group) = tree {
            findings.extend(tokens(source, &group.stream().into_iter().collect::<Vec<_>>()));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::finding::assert_told;
    use crate::tidy::source::Source;
    use crate::tidy::tree::file;

    fn told(text: &str, wanted: &[&str]) {
        assert_told(&check(&Source::parse(&file("a.rs", text)).unwrap()), wanted);
    }

    #[test]
    fn a_tidy_file() {
        told("//! What it is.\nuse std::fmt;\nfn short() {}\n", &[]);
    }

    #[test]
    fn a_file_opens_with_what_it_is() {
        told("// What it is.\n", &["a.rs:1: open the file with `//!`: what it is, what it refuses"]);
    }

    #[test]
    fn a_long_function() {
        let body = |lines| format!("//! A.\ntrait T {{\nfn f() {{\n{}}}\n}}\n", "f();\n".repeat(lines));
        told(&body(68), &[]);
        told(&body(69), &["a.rs:3: `f` has 71 lines, 70 are the end: split it"]);
    }

    #[test]
    fn a_glob() {
        let wanted = ["a.rs:2: a glob import: name what is used", "a.rs:4: a glob import: name what is used"];
        told("//! A.\nuse a::{b, c::*};\nmod tests {\nuse super::*;\n}\n", &wanted);
    }

    #[test]
    fn unfinished_work() {
        let text = "//! A.\n#[ignore = \"slow\"]\nfn f() {\nassert!(dbg!(1) == 1);\ntodo!()\n}\n";
        told(
            text,
            &[
                "a.rs:2: an ignored test: make it run or remove it",
                "a.rs:4: `dbg!` is unfinished work: finish it or leave it out",
                "a.rs:5: `todo!` is unfinished work: finish it or leave it out",
            ],
        );
    }
}
