//! The proof that the risk book let a request through.

use std::borrow::Borrow;

use crate::request::Request;

/// A request that the risk book admitted. Only [`Book::admit`](super::Book::admit) makes one;
/// it cannot be copied, made from nothing, or read from a file.
///
/// Whoever is handed one may read the request:
/// ```
/// fn read<W: std::borrow::Borrow<engine::Request>>(admitted: &engine::Admitted<W>) -> &engine::Request {
///     admitted.request()
/// }
/// ```
/// but cannot make one:
/// ```compile_fail
/// fn forge(request: engine::Request) -> engine::Admitted<engine::Request> {
///     engine::Admitted(request)
/// }
/// ```
/// nor a second one from the first:
/// ```compile_fail
/// fn twice<W: std::borrow::Borrow<engine::Request>>(admitted: &engine::Admitted<W>) -> engine::Admitted<W> {
///     admitted.clone()
/// }
/// ```
#[derive(Debug)]
pub struct Admitted<W>(W);

impl<W: Borrow<Request>> Admitted<W> {
    pub(super) fn new(request: W) -> Admitted<W> {
        Admitted(request)
    }

    /// What was admitted.
    #[must_use]
    pub fn request(&self) -> &Request {
        self.0.borrow()
    }
}
