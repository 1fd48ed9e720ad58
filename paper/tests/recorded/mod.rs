//! Every request of the official client, as bytes that it really wrote (`paper/tests/python/record_requests.py`).

/// One recorded request.
pub(crate) struct Recorded {
    /// Its message id.
    pub(crate) id: u32,
    /// The client's method.
    pub(crate) name: &'static str,
    /// The body, as it goes into a frame.
    pub(crate) body: Vec<u8>,
}

/// In protobuf, of server version 226.
pub(crate) fn protobuf() -> Vec<Recorded> {
    lines(include_str!("../golden/requests_226.txt"), |hex| {
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        hex.as_bytes().chunks(2).map(byte).collect()
    })
}

/// In text, of server version 178.
pub(crate) fn text() -> Vec<Recorded> {
    lines(include_str!("../golden/requests_178.txt"), |text| text.replace('|', "\0").into_bytes())
}

fn lines(file: &'static str, read: impl Fn(&str) -> Vec<u8>) -> Vec<Recorded> {
    let line = |line: &'static str| {
        let mut words = line.splitn(3, ' ');
        let id = words.next().unwrap().parse().unwrap();
        let (name, body) = (words.next().unwrap(), read(words.next().unwrap()));
        Recorded { id, name, body }
    };
    file.lines().map(line).collect()
}
