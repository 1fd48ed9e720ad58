//! Protobuf taken apart without knowing its messages, and put together again with other fields: well-formed, and never
//! meant by anybody.

use paper::market::random::Stream;

/// Numbers that a field does not expect.
const NUMBERS: [u64; 10] =
    [0, 1, 2, 7, 99, 100, 0x7fff_ffff, 0xffff_ffff_8000_0000, u64::MAX, 0x7fff_ffff_ffff_ffff];
const DOUBLES: [f64; 9] =
    [0.0, -0.0, -1.0, 100.5, 1e-300, f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
const WORDS: [&[u8]; 13] = [
    b"",
    b"0",
    b"-1",
    b"1e400",
    b"79228162514264337593543950335",
    b"NaN",
    b"BUY",
    b"TRAIL LIMIT",
    b"STP LMT",
    b"99991231 23:59:59",
    b"20080929 14:00:00 US/Eastern",
    b"1000000 Y",
    b"\xff\xfe",
];

/// The highest number of a field that is invented: most messages have few, an order has 145.
const FIELDS_MAX: [u64; 4] = [6, 12, 12, 150];

/// One field: its number, and what it holds.
enum Field {
    Number(u64, u64),
    Eight(u64, [u8; 8]),
    Bytes(u64, Vec<u8>),
    Four(u64, [u8; 4]),
}

/// The same message with some fields changed and some that it did not have.
pub(crate) fn rewritten(message: &[u8], chance: &mut Stream) -> Vec<u8> {
    let Some(mut fields) = parsed(message) else { return message.to_vec() };
    for field in &mut fields {
        if let Field::Bytes(_, bytes) = field
            && chance.bits().is_multiple_of(2)
        {
            *bytes = rewritten(bytes, chance);
        }
        if chance.bits().is_multiple_of(6) {
            change(field, chance);
        }
    }
    if !chance.bits().is_multiple_of(4) {
        let number = 1 + chance.bits() % FIELDS_MAX[one(FIELDS_MAX.len(), chance)];
        fields.push(invented(number, chance));
    }
    fields.iter().flat_map(written).collect()
}

/// Keeps the kind of the field: another one is refused at the door.
fn change(field: &mut Field, chance: &mut Stream) {
    match field {
        Field::Number(_, value) => *value = NUMBERS[one(NUMBERS.len(), chance)],
        Field::Eight(_, bytes) => *bytes = DOUBLES[one(DOUBLES.len(), chance)].to_le_bytes(),
        Field::Bytes(_, bytes) => *bytes = WORDS[one(WORDS.len(), chance)].to_vec(),
        Field::Four(_, bytes) => bytes.fill(0xff),
    }
}

fn invented(number: u64, chance: &mut Stream) -> Field {
    let mut field = match chance.bits() % 3 {
        0 => Field::Number(number, 0),
        1 => Field::Eight(number, [0; 8]),
        _ => Field::Bytes(number, Vec::new()),
    };
    change(&mut field, chance);
    field
}

fn one(count: usize, chance: &mut Stream) -> usize {
    (chance.bits() % count as u64) as usize
}

fn parsed(mut rest: &[u8]) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let tag = varint(&mut rest)?;
        let number = tag >> 3;
        fields.push(match tag & 7 {
            0 => Field::Number(number, varint(&mut rest)?),
            1 => Field::Eight(number, *take(&mut rest, 8)?.first_chunk()?),
            2 => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                Field::Bytes(number, take(&mut rest, length)?.to_vec())
            }
            5 => Field::Four(number, *take(&mut rest, 4)?.first_chunk()?),
            _ => return None,
        });
    }
    Some(fields)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    Some(head)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *take(rest, 1)?.first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn written(field: &Field) -> Vec<u8> {
    match field {
        Field::Number(number, value) => [put(number << 3), put(*value)].concat(),
        Field::Eight(number, bytes) => [put(number << 3 | 1), bytes.to_vec()].concat(),
        Field::Bytes(number, bytes) => {
            [put(number << 3 | 2), put(bytes.len() as u64), bytes.clone()].concat()
        }
        Field::Four(number, bytes) => [put(number << 3 | 5), bytes.to_vec()].concat(),
    }
}

fn put(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push((value as u8) | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
