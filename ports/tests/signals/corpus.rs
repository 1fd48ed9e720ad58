//! Bytes that are no signal, each in its own way; each of them is sent where a signal is expected.

/// A signal that is none but for what stands at one of its fields.
fn with(field: &str, value: &str) -> Vec<u8> {
    let fields =
        [("symbol", "\"AAPL\""), ("signal", "\"BUY\""), ("confidence", "0.5"), ("timestamp", "1800000000")];
    let parts =
        fields.map(|(name, sound)| format!("\"{name}\":{}", if name == field { value } else { sound }));
    format!("{{{}}}", parts.join(",")).into_bytes()
}

/// A sound signal, to be spoilt.
fn sound() -> String {
    String::from_utf8(with("", "")).expect("text")
}

/// All of them, each once.
pub(crate) fn corpus() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    numbers(&mut all);
    words(&mut all);
    times(&mut all);
    shapes(&mut all);
    broken(&mut all);
    all.sort();
    all.dedup();
    all
}

const ODD: [&str; 22] = [
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "[0.5]",
    "{\"a\":1}",
    "\"\"",
    "\" \"",
    "\"\\u0000\"",
    "\"\\n\"",
    "-1",
    "1e999",
    "-1e999",
    "NaN",
    "Infinity",
    "-Infinity",
    "nan",
    "1e308",
    "99999999999999999999999999999999999999",
    "0x10",
    "1_000",
];

fn numbers(all: &mut Vec<Vec<u8>>) {
    for field in ["symbol", "signal", "confidence", "timestamp"] {
        all.extend(ODD.iter().map(|value| with(field, value)));
    }
    let confidences = [
        "1.0000001",
        "-0.0000001",
        "2",
        "100",
        "83",
        "\"0.5\"",
        "\"high\"",
        ".5",
        "5.",
        "+0.5",
        "0,5",
        "00.5",
        "1e5",
        "0.5.5",
        "5e-324",
        "1/2",
        "50%",
        "\"NaN\"",
        "\"Infinity\"",
        "\u{ff10}.5",
        "\u{0661}",
        "--1",
        "0b1",
        "1e",
        "1e+",
    ];
    all.extend(confidences.iter().map(|value| with("confidence", value)));
}

const SIDES: &[&str] = &[
    "HOLD",
    "LONG",
    "COVER",
    "B",
    "BUYY",
    "BUY ",
    " BUY",
    "BU Y",
    "BUY\\n",
    "BUY\\u0000",
    "BUY;SELL",
    "BUY,SELL",
    "1",
    "\u{0412}UY",
    "B\u{0423}Y",
    "\u{ff22}\u{ff35}\u{ff39}",
    "\u{202e}YUB",
    "BUY\u{200b}",
    "\u{feff}BUY",
    "\u{1d401}UY",
    "BU\u{0178}",
    "S\u{0415}LL",
    "SEL\u{0399}",
    "\u{0405}HORT",
    "SH\u{041e}RT",
    "SHOR\u{03a4}",
    "sh\u{00f6}rt",
    "BUY\u{0301}",
    "ＳＥＬＬ",
];

const SYMBOLS: &[&str] = &[
    " AAPL",
    "AAPL ",
    "AAPL\\n",
    "AAPL\\u0000",
    "AAPL\\u001b[31m",
    "\u{0410}APL",
    "A\u{0410}PL",
    "AAP\u{029f}",
    "AAPL\u{200d}",
    "\u{202e}LPAA",
    "\u{2066}AAPL\u{2069}",
    "ＡＡＰＬ",
    "\u{feff}AAPL",
    "AAPL\u{00a0}",
    "A\u{0301}APL",
    "\u{1f4b0}",
    "\\ud83d\\ude00",
    "AAPL\\tAAPL",
    "AAPL\\rAAPL",
    "\u{2028}AAPL",
    "AAPL\u{0085}",
    "\u{3164}",
    "AAPLAAPLAAPLAAPLAAPLAAPLAAPLAAPLA",
];

const IDS: &[&str] = &[
    "true",
    "[]",
    "{}",
    "1.5",
    "\"\"",
    "\" \"",
    "\"\\n\"",
    "\"a\\u0000b\"",
    "\"\u{202e}1\"",
    "\"\u{0430}1\"",
    "1e3",
];

fn words(all: &mut Vec<Vec<u8>>) {
    all.extend(SIDES.iter().map(|side| with("signal", &format!("\"{side}\""))));
    all.extend(SYMBOLS.iter().map(|symbol| with("symbol", &format!("\"{symbol}\""))));
    for (field, value) in ["id", "source"].iter().flat_map(|field| IDS.iter().map(move |id| (field, id))) {
        all.push(spoilt(&format!(",\"{field}\":{value}}}")));
    }
    all.push(spoilt(&format!(",\"id\":\"{}\"}}", "x".repeat(97))));
    for field in ["stop", "target"] {
        let prices = ["\"97\"", "-1", "0", "1e40", "true", "[]", "{}", "\"\"", "NaN", "1e999", "[97]"];
        all.extend(prices.iter().map(|price| spoilt(&format!(",\"{field}\":{price}}}"))));
    }
}

/// A sound signal with another end.
fn spoilt(end: &str) -> Vec<u8> {
    let sound = sound();
    format!("{}{end}", sound.strip_suffix('}').unwrap_or(&sound)).into_bytes()
}

fn times(all: &mut Vec<Vec<u8>>) {
    let times = [
        "\"yesterday\"",
        "\"now\"",
        "\"1800000000\"",
        "\"2026-11-25\"",
        "\"14:37:00Z\"",
        "\"2026-11-25T14:37:00\"",
        "\"2026-13-25T14:37:00Z\"",
        "\"2026-02-30T14:37:00Z\"",
        "\"2026-11-25T25:37:00Z\"",
        "\"2026-11-25T14:61:00Z\"",
        "\"0001-01-01T00:00:00Z\"",
        "\"1989-12-31T23:59:59Z\"",
        "\"2101-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59Z\"",
        "\"99999-01-01T00:00:00Z\"",
        "\"-2026-11-25T14:37:00Z\"",
        "\"\u{0662}026-11-25T14:37:00Z\"",
        "1800000000.5",
        "-1800000000",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "0",
        "1",
        "4200000000000",
        "\"2026-11-25T14:37:00+99:00\"",
        "\"Wed, 25 Nov 2026 14:37:00 GMT\"",
    ];
    all.extend(times.iter().map(|value| with("timestamp", value)));
}

fn shapes(all: &mut Vec<Vec<u8>>) {
    let sound = sound();
    for field in ["symbol", "signal", "confidence", "timestamp"] {
        all.push(sound.replace(&format!("\"{field}\""), &format!("\"{field}s\"")).into_bytes());
        all.push(sound.replace(field, &field.to_uppercase()).into_bytes());
        all.push(sound.replace(&format!("\"{field}\""), field).into_bytes());
        // Twice: who checks may see the first one, who trades the second one.
        all.push(sound.replacen('{', &format!("{{\"{field}\":0,"), 1).into_bytes());
        all.push(spoilt(&format!(",\"\\u{:04x}{}\":\"AAPL\"}}", field.as_bytes()[0], &field[1..])));
    }
    for depth in [17, 64, 127, 128, 129, 1_000, 20_000] {
        all.push("[".repeat(depth).into_bytes());
        all.push("{\"a\":".repeat(depth).into_bytes());
        all.push(spoilt(&format!(",\"x\":{}1{}}}", "[".repeat(depth), "]".repeat(depth))));
    }
    for text in [
        "",
        " ",
        "\n",
        "null",
        "true",
        "7",
        "\"BUY\"",
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "[1,2]",
        "BUY AAPL",
        "<html></html>",
    ] {
        all.push(text.as_bytes().to_vec());
    }
    all.push(format!("[{sound}]").into_bytes());
    all.push(format!("[{sound},{sound}]").into_bytes());
    all.push(format!("{{\"data\":{sound}}}").into_bytes());
    all.push(spoilt(&format!(",\"x\":\"{}\"}}", "x".repeat(70_000))));
    all.push(vec![b' '; 70_000]);
}

fn broken(all: &mut Vec<Vec<u8>>) {
    let sound = sound();
    all.extend((1..sound.len()).map(|length| sound.as_bytes()[..length].to_vec()));
    for end in ["}", "]", ",", "x", "\0", "\u{feff}", "{}", "//", "/**/", ";"] {
        all.push(format!("{sound}{end}").into_bytes());
        all.push(format!("{end}{sound}").into_bytes());
    }
    all.push(sound.replace('"', "'").into_bytes());
    all.push(sound.replace(':', "=").into_bytes());
    all.push(sound.replace('"', "\u{201c}").into_bytes());
    for byte in [0x00, 0x0a, 0x1b, 0x7f, 0x80, 0xc0, 0xfe, 0xff] {
        let mut bytes = sound.clone().into_bytes();
        bytes[12] = byte;
        all.push(bytes);
    }
    all.push(sound.encode_utf16().flat_map(u16::to_le_bytes).collect());
    for text in ["\\ud800", "\\udc00", "\\ud800\\ud800", "\\x41", "\\u00", "\\"] {
        all.push(with("symbol", &format!("\"{text}\"")));
    }
}
