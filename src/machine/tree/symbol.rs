//! Where a symbol lies in an ELF file, and where the file lies in a process: together, an address in that process.
//!
//! Files are read piece by piece, and only as far as they are needed, by the `object` crate. What is no ELF file, or has
//! no such symbol, is `None`: it may be any file.

use std::fs::File;
use std::ops::Range;

use object::ObjectKind;
use object::read::{Object as _, ObjectSegment as _, ObjectSymbol as _, ReadCache};

/// A page of any size that Linux has is a multiple of this, and so is where a file is mapped.
const PAGE: u64 = 4096;

/// A symbol of a file: the addresses that it takes up, as the file has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlacedSymbol {
    addresses: Range<u64>,
    /// The first address that the file takes up; `None` where addresses are those of the process.
    first: Option<u64>,
}

impl PlacedSymbol {
    /// Looks a symbol up, among all symbols and among those for others to use.
    pub(super) fn find(file: &File, name: &str) -> Option<Self> {
        let cache = ReadCache::new(file);
        let elf = object::File::parse(&cache).ok()?;
        let found = elf
            .dynamic_symbols()
            .chain(elf.symbols())
            .find(|symbol| symbol.is_definition() && symbol.size() > 0 && symbol.name() == Ok(name))?;
        let addresses = found.address()..found.address().checked_add(found.size())?;
        // Libraries, and most programs of today, go wherever there is room.
        let first = match elf.kind() {
            ObjectKind::Executable => None,
            _ => Some(elf.segments().map(|segment| segment.address()).min()? & !(PAGE - 1)),
        };
        Some(Self { addresses, first })
    }

    /// Its addresses in a process in which the file's first byte is mapped at an address.
    pub(super) fn in_process(&self, mapped_at: u64) -> Option<Range<u64>> {
        let Some(first) = self.first else { return Some(self.addresses.clone()) };
        let moved = |address: u64| mapped_at.checked_add(address.checked_sub(first)?);
        Some(moved(self.addresses.start)?..moved(self.addresses.end)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_move_with_the_file() {
        let symbol = PlacedSymbol { addresses: 0x5010..0x5030, first: Some(0x1000) };
        assert_eq!(symbol.in_process(0x7f00_0000), Some(0x7f00_4010..0x7f00_4030));
        assert_eq!(symbol.in_process(u64::MAX), None);
        assert_eq!(PlacedSymbol { first: Some(0x6000), ..symbol.clone() }.in_process(0), None);
        assert_eq!(PlacedSymbol { first: None, ..symbol }.in_process(0x40_0000), Some(0x5010..0x5030));
    }

    #[test]
    fn what_is_no_program_has_no_symbols() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for bytes in
            [&b""[..], b"\x7fELF", b"#!/bin/sh\n", &[0xff; 5000], b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0"]
        {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(PlacedSymbol::find(&File::open(&path).unwrap(), "main"), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_program_with_its_ends_cut_off_harms_nothing() {
        let whole = std::fs::read("/proc/self/exe").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for length in [64, 65, 1000, 4096, 100_000] {
            std::fs::write(&path, &whole[..length.min(whole.len())]).unwrap();
            assert_eq!(PlacedSymbol::find(&File::open(&path).unwrap(), "main"), None, "{length} bytes");
        }
        assert!(PlacedSymbol::find(&File::open("/proc/self/exe").unwrap(), "main").is_some());
    }
}
