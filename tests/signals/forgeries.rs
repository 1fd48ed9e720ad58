//! What somebody sends who has seen messages and does not know the key. Each variant differs from a sound message in
//! one way, and that message was never sent.

use std::fmt::Write;

use super::sender::{Message, now, signal};

/// A variant: headers and body.
pub(crate) type Variant = (Vec<(&'static str, Vec<u8>)>, Vec<u8>);

fn plain(message: Message) -> Variant {
    (message.headers(), message.body)
}

/// Every bit of every part, changed by itself.
pub(crate) fn flipped() -> Vec<Variant> {
    let base = Message::fresh("flipped-0123456789");
    let mut all = Vec::new();
    let parts: [fn(&mut Message) -> &mut Vec<u8>; 4] =
        [|own| &mut own.id, |own| &mut own.at, |own| &mut own.signature, |own| &mut own.body];
    for part in parts {
        for bit in 0..part(&mut base.clone()).len() * 8 {
            let mut own = base.clone();
            part(&mut own)[bit / 8] ^= 1 << (bit % 8);
            all.push(plain(own));
        }
    }
    all
}

/// Signed with keys that are not ours.
pub(crate) fn by_others() -> Vec<Variant> {
    (0..3_000)
        .map(|n| {
            let key = format!("another key, long enough to be one: {n:05}");
            let id = format!("other-{n}");
            plain(Message::signed_by(&key, &id, &now().to_string(), signal("AAPL", &id)))
        })
        .collect()
}

/// Signed right, and not of now.
pub(crate) fn of_other_times() -> Vec<Variant> {
    // Ahead by a minute and more: while this is sent, time goes on.
    let ahead = (90..1_090).map(|off| now() + off);
    let times = ahead.chain((31..1_031).map(|off| now() - off));
    times
        .enumerate()
        .map(|(n, at)| {
            let id = format!("time-{n}");
            plain(Message::signed(&id, at, signal("AAPL", &id)))
        })
        .collect()
}

/// The id, time and signature of one message with the body of another one.
pub(crate) fn swapped() -> Vec<Variant> {
    let all: Vec<Message> = (0..50).map(|n| Message::fresh(&format!("swap-{n}"))).collect();
    let pairs = all.iter().enumerate().flat_map(|(n, head)| {
        let others = all.iter().enumerate().filter(move |(m, _)| *m != n);
        others.map(move |(_, body)| plain(Message { body: body.body.clone(), ..head.clone() }))
    });
    pairs.collect()
}

/// The same JSON in other bytes.
pub(crate) fn rewritten() -> Vec<Variant> {
    let base = Message::fresh("rewritten");
    let text = String::from_utf8(base.body.clone()).expect("text");
    let mut bodies: Vec<String> = Vec::new();
    for (place, letter) in text.char_indices() {
        if "{}:,".contains(letter) {
            for space in [" ", "\t", "\n", "\r\n"] {
                bodies.push(format!("{}{space}{}", &text[..=place], &text[place + 1..]));
            }
        }
        if letter.is_ascii_alphanumeric() {
            let mut escaped = text[..place].to_owned();
            write!(escaped, "\\u{:04x}{}", u32::from(letter), &text[place + 1..]).expect("text");
            bodies.push(escaped);
        }
    }
    let inner: Vec<&str> = text[1..text.len() - 1].split(',').collect();
    for n in 1..inner.len() {
        let mut turned = inner.clone();
        turned.rotate_left(n);
        bodies.push(format!("{{{}}}", turned.join(",")));
    }
    bodies.push(text.replace("0.1", "0.10"));
    bodies.push(text.replace("0.1", "1e-1"));
    bodies.push(format!("\u{feff}{text}"));
    bodies.into_iter().map(|body| plain(Message { body: body.into_bytes(), ..base.clone() })).collect()
}

/// Headers that are missing, doubled, or of another form.
pub(crate) fn of_another_form() -> Vec<Variant> {
    let base = Message::fresh("form");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let (signature, at) = (text(&base.signature), text(&base.at));
    let bare = signature.strip_prefix("v1,").expect("its version").to_owned();
    let mut all = Vec::new();
    for n in 0..3 {
        let headers = base.headers();
        let without: Vec<_> =
            headers.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, own)| own.clone()).collect();
        let doubled: Vec<_> = headers.iter().cloned().chain([headers[n].clone()]).collect();
        let mut empty = headers.clone();
        empty[n].1.clear();
        all.extend([without, doubled, empty].map(|headers| (headers, base.body.clone())));
    }
    let hex: String = bare.bytes().map(|byte| format!("{byte:02x}")).collect();
    let signatures = [
        bare.clone(),
        format!("V1,{bare}"),
        format!("v2,{bare}"),
        format!("v1a,{bare}"),
        format!("v1={bare}"),
        format!("v1,{hex}"),
        format!("v1,{}", bare.to_lowercase()),
        format!("v1,{}", bare.trim_end_matches('=')),
        format!("v1,{bare}="),
        format!("v1,{bare},{bare}"),
        format!("v1,{}", &bare[..20]),
        "v1,".to_owned(),
        "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned(),
        format!("v1,AAAA {signature}"),
        [signature.as_str(); 5].join(" "),
        format!("sha256={hex}"),
    ];
    // `v1,AAAA` is a signature of the right form that is wrong, beside one that is right: that is no forgery.
    let forged = signatures.iter().filter(|text| !text.starts_with("v1,AAAA "));
    all.extend(forged.map(|own| plain(Message { signature: own.clone().into_bytes(), ..base.clone() })));
    let times = [
        format!("+{at}"),
        format!("0{at}"),
        format!("{at}.0"),
        format!("{at}000"),
        format!("{at}e0"),
        format!("-{at}"),
    ];
    all.extend(times.iter().map(|own| plain(Message { at: own.clone().into_bytes(), ..base.clone() })));
    // What was signed, cut at other dots.
    let dotted = Message::signed("form.1", now(), base.body.clone());
    all.push(plain(dotted));
    let (id, body) = ("form", [at.as_bytes(), b".", &base.body].concat());
    let moved = Message::signed_by(super::sender::KEY, id, &at, body);
    all.push(plain(Message { at: format!("{at}.{at}").into_bytes(), body: base.body.clone(), ..moved }));
    for length in [1, 8, 24] {
        let zeros = "\0".repeat(length);
        all.push(plain(Message { signature: zeros.into_bytes(), ..base.clone() }));
    }
    all
}
