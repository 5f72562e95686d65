//! The container of an export: what goes in comes out, and any damage is a clear error before anything comes out.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use undertone_storage::{
    EXPORT_MAX_RECORD, ExportReadError, ExportReader, ExportWriteError, ExportWriter, inspection,
};

use crate::fixture::{self, COST};

const CANARY: &[u8] = b"canary of an export, 0123456789";
const CHUNK: usize = 64 << 10;
const FRONT: usize = 57;

type Records = Vec<(u8, Vec<u8>)>;

fn write(records: &Records) -> Vec<u8> {
    let mut writer = ExportWriter::new(Vec::new(), b"passphrase", COST).unwrap();
    for (kind, bytes) in records {
        writer.record(*kind, bytes).unwrap();
    }
    writer.finish().unwrap()
}

fn read_with(file: &[u8], passphrase: &[u8]) -> Result<Records, ExportReadError> {
    let mut reader = ExportReader::open(Cursor::new(file), passphrase)?;
    let mut records = Records::new();
    while let Some((kind, bytes)) = reader.record()? {
        records.push((kind, bytes.to_vec()));
    }
    assert!(reader.record()?.is_none(), "the end stays the end");
    Ok(records)
}

fn read(file: &[u8]) -> Result<Records, ExportReadError> {
    read_with(file, b"passphrase")
}

fn some() -> Records {
    let mut random = fixture::random(1);
    let mut records = vec![(1, CANARY.to_vec()), (255, Vec::new())];
    for length in [1, 1000, CHUNK - 16, CHUNK, 300_000, 0, EXPORT_MAX_RECORD] {
        records.push((7, fixture::bytes(&mut random, length)));
    }
    records
}

#[test]
fn what_goes_in_comes_out() {
    assert_eq!(read(&write(&some())).unwrap(), some());
    assert_eq!(read(&write(&Records::new())).unwrap(), Records::new());
    // Every place of a chunk's end within a record.
    for length in CHUNK - 16 - 20..CHUNK - 16 + 5 {
        let records = vec![(3, vec![9; length]), (4, vec![8; 3])];
        assert_eq!(read(&write(&records)).unwrap(), records, "{length}");
    }
    // It may stand within something else.
    let mut around = vec![5; 1000];
    around.extend(write(&some()));
    let mut input = Cursor::new(around);
    input.seek(SeekFrom::Start(1000)).unwrap();
    let mut reader = ExportReader::open(input, b"passphrase").unwrap();
    assert_eq!(reader.record().unwrap().unwrap().1.as_slice(), CANARY);
}

#[test]
fn sizes_say_little() {
    let mut sizes = std::collections::BTreeSet::new();
    for length in (0..(8 << 20)).step_by(100_003) {
        let parts = vec![1; length];
        let records = parts
            .chunks(1 << 20)
            .map(|part| (1, part.to_vec()))
            .collect();
        let size = write(&records).len();
        assert_eq!((size - FRONT) % CHUNK, 0);
        assert!(size >= 1 << 20 && size < length + length / 7 + (1 << 20) + (1 << 18));
        sizes.insert(size);
    }
    // 1 MiB, and eight sizes for each doubling from there to a little over 8 MiB.
    assert!(sizes.len() <= 26, "{sizes:?}");
}

/// The file says nothing: no byte is the same in all of them, and nothing of the contents can be found.
#[test]
fn it_looks_random_and_holds_no_text() {
    let files: Vec<_> = (0..12).map(|_| write(&some())).collect();
    for place in (0..200).chain([CHUNK, 5 * CHUNK]) {
        let first = files[0][place];
        assert!(
            files.iter().any(|file| file[place] != first),
            "byte {place}"
        );
    }
    let mut counts = [0_u64; 256];
    files[0]
        .iter()
        .for_each(|byte| counts[usize::from(*byte)] += 1);
    let expected = files[0].len() as f64 / 256.0;
    let distance: f64 = counts
        .iter()
        .map(|count| (*count as f64 - expected).powi(2) / expected)
        .sum();
    // Chi-squared with 255 degrees of freedom: 400 is far beyond one in a million.
    assert!(distance < 400.0, "{distance}");
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("export"), &files[0]).unwrap();
    assert_eq!(inspection::search(place.path(), &[CANARY]).unwrap(), []);
    // The control: unsealed it is found.
    std::fs::write(place.path().join("plain"), [CANARY, b"..."].concat()).unwrap();
    assert_eq!(
        inspection::search(place.path(), &[CANARY]).unwrap().len(),
        1
    );
}

/// Ways in which a file is damaged on its way, and what is said of each.
#[test]
fn every_damage_is_refused_before_a_record_comes_out() {
    type Damage = (&'static str, fn(&mut Vec<u8>), fn(&ExportReadError) -> bool);
    use ExportReadError as E;
    let damages: [Damage; 17] = [
        (
            "a bit of the salt",
            |file| file[3] ^= 1,
            |e| matches!(e, E::NotOpened | E::Parameters(_)),
        ),
        (
            "a bit of the cost",
            |file| file[33] ^= 0x10,
            |e| matches!(e, E::NotOpened | E::Parameters(_)),
        ),
        (
            "a bit of the nonce",
            |file| file[40] ^= 1,
            |e| matches!(e, E::NotOpened),
        ),
        (
            "a bit of the first chunk",
            |file| file[FRONT] ^= 1,
            |e| matches!(e, E::NotOpened),
        ),
        (
            "a bit in the middle",
            |file| file[FRONT + 20 * CHUNK + 77] ^= 1,
            |e| matches!(e, E::Damaged),
        ),
        (
            "a bit of a tag",
            |file| file[FRONT + 3 * CHUNK - 1] ^= 1,
            |e| matches!(e, E::Damaged),
        ),
        (
            "the last byte",
            |file| *file.last_mut().unwrap() ^= 1,
            |e| matches!(e, E::Damaged),
        ),
        (
            "two chunks changed places",
            |file| {
                let (one, other) = file[FRONT + CHUNK..].split_at_mut(CHUNK);
                one.swap_with_slice(&mut other[..CHUNK]);
            },
            |e| matches!(e, E::Damaged),
        ),
        (
            "a chunk left out",
            |file| drop(file.drain(FRONT + 4 * CHUNK..FRONT + 5 * CHUNK)),
            |e| matches!(e, E::Damaged),
        ),
        (
            "a chunk twice",
            |file| {
                let chunk = file[FRONT + 4 * CHUNK..FRONT + 5 * CHUNK].to_vec();
                file.splice(FRONT + 5 * CHUNK..FRONT + 5 * CHUNK, chunk);
            },
            |e| matches!(e, E::Damaged),
        ),
        (
            "cut off at a chunk",
            |file| file.truncate(FRONT + 30 * CHUNK),
            |e| matches!(e, E::CutOff),
        ),
        (
            "cut off within a chunk",
            |file| file.truncate(FRONT + 30 * CHUNK + 99),
            |e| matches!(e, E::CutOff),
        ),
        (
            "cut off by a byte",
            |file| file.truncate(file.len() - 1),
            |e| matches!(e, E::CutOff),
        ),
        (
            "cut off in the first chunk",
            |file| file.truncate(FRONT + 100),
            |e| matches!(e, E::NotOpened),
        ),
        ("empty", Vec::clear, |e| matches!(e, E::NotOpened)),
        (
            "a byte added",
            |file| file.push(0),
            |e| matches!(e, E::TooLong),
        ),
        (
            "a chunk added",
            |file| file.extend([0; CHUNK]),
            |e| matches!(e, E::TooLong | E::Damaged),
        ),
    ];
    let whole = write(&some());
    for (name, damage, is_expected) in damages {
        let mut file = whole.clone();
        damage(&mut file);
        assert_ne!(file, whole, "{name}");
        let mut input = Cursor::new(&file);
        match ExportReader::open(&mut input, b"passphrase") {
            Ok(_) => panic!("{name}: accepted"),
            Err(error) => assert!(is_expected(&error), "{name}: {error:?}"),
        }
        println!("{name}: refused");
    }
    // A chunk of another export with the same passphrase.
    let other = write(&some());
    let mut file = whole.clone();
    let middle = FRONT + 9 * CHUNK..FRONT + 10 * CHUNK;
    file[middle.clone()].copy_from_slice(&other[middle]);
    assert!(matches!(read(&file), Err(ExportReadError::Damaged)));
    let passphrase = read_with(&whole, b"passphras");
    assert!(matches!(passphrase, Err(ExportReadError::NotOpened)));
    assert_eq!(
        read(&whole).unwrap(),
        some(),
        "the control: whole it is accepted"
    );
}

/// Bits anywhere, and things that never were an export: an error each time, never a panic.
#[test]
fn no_bytes_at_all_make_it_panic() {
    let whole = write(&vec![(1, vec![3; 10_000])]);
    let mut random = fixture::random(3);
    for _ in 0..150 {
        let mut file = whole.clone();
        let place = usize::try_from(fixture::below(&mut random, file.len() as u64)).unwrap();
        file[place] ^= 1 << fixture::below(&mut random, 8);
        assert!(read(&file).is_err(), "byte {place}");
    }
    for length in [0, 1, 37, 56, 57, 58, CHUNK, CHUNK + FRONT, 20 * CHUNK] {
        for fill in [0, 0xFF] {
            assert!(read(&vec![fill; length]).is_err());
        }
        assert!(read(&fixture::bytes(&mut random, length)).is_err());
    }
}

#[test]
fn an_export_that_was_not_finished_is_refused() {
    let mut out = Vec::new();
    {
        let mut writer = ExportWriter::new(&mut out, b"passphrase", COST).unwrap();
        for _ in 0..30 {
            writer.record(1, &[4; 100_000]).unwrap();
        }
    }
    assert!(out.len() > 20 * CHUNK);
    assert!(matches!(read(&out), Err(ExportReadError::CutOff)));
}

#[test]
fn records_that_do_not_fit_change_nothing() {
    let mut writer = ExportWriter::new(Vec::new(), b"passphrase", COST).unwrap();
    writer.record(1, b"first").unwrap();
    let large = vec![0; EXPORT_MAX_RECORD + 1];
    for (kind, bytes) in [(1, &large[..]), (0, b"kind zero")] {
        assert!(matches!(
            writer.record(kind, bytes),
            Err(ExportWriteError::Record)
        ));
    }
    writer.record(2, b"second").unwrap();
    let file = writer.finish().unwrap();
    let expected = vec![(1, b"first".to_vec()), (2, b"second".to_vec())];
    assert_eq!(read(&file).unwrap(), expected);
}

/// A disk that takes only so much, or that fails when it is read the second time.
struct Failing<T>(T, usize);

impl<T: Write> Write for Failing<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1 = self
            .1
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::StorageFull)?;
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<T: Read> Read for Failing<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.1 = self
            .1
            .checked_sub(bytes.len())
            .ok_or(io::ErrorKind::TimedOut)?;
        self.0.read(bytes)
    }
}

impl<T: Seek> Seek for Failing<T> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn failing_files_are_errors() {
    let mut writer = ExportWriter::new(Failing(Vec::new(), 200_000), b"p", COST).unwrap();
    writer.record(1, &[1; 100_000]).unwrap();
    let failed = writer.finish();
    assert!(
        matches!(failed, Err(ExportWriteError::Io(error)) if error.kind() == io::ErrorKind::StorageFull)
    );

    let file = write(&some());
    // Enough for the first reading and a part of the second.
    let input = Failing(Cursor::new(&file), file.len() + 4 * CHUNK);
    let mut reader = ExportReader::open(input, b"passphrase").unwrap();
    let error = std::iter::from_fn(|| Some(reader.record())).find_map(Result::err);
    assert!(matches!(error, Some(ExportReadError::Io(_))));
    let input = Failing(Cursor::new(&file), file.len() / 2);
    assert!(matches!(
        ExportReader::open(input, b"passphrase"),
        Err(ExportReadError::Io(_))
    ));
}

/// A file that changes between the two readings gives an error at the changed place, not other data.
#[test]
fn a_file_that_changes_meanwhile_is_noticed() {
    struct Changing(Cursor<Vec<u8>>, u32);
    impl Read for Changing {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            self.0.read(bytes)
        }
    }
    impl Seek for Changing {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.1 += 1;
            // The end, the beginning, and again where the chunks begin.
            if self.1 == 4 {
                self.0.get_mut()[FRONT + 30 * CHUNK] ^= 1;
            }
            self.0.seek(to)
        }
        fn stream_position(&mut self) -> io::Result<u64> {
            self.1 += 1;
            self.0.stream_position()
        }
    }
    let mut reader =
        ExportReader::open(Changing(Cursor::new(write(&some())), 0), b"passphrase").unwrap();
    let mut whole = 0;
    let error = loop {
        match reader.record() {
            Ok(Some((kind, bytes))) => {
                assert_eq!((kind, bytes.to_vec()), some()[whole]);
                whole += 1;
            }
            Ok(None) => panic!("not noticed"),
            Err(error) => break error,
        }
    };
    assert!(
        whole > 3 && matches!(error, ExportReadError::Damaged),
        "{error:?}"
    );
}
