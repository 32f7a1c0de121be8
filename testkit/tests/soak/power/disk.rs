//! A disk behind a cache, as Linux keeps it.
use std::{collections::BTreeSet, fs, ops::Range};

use tempfile::TempDir;

use super::record::{Event, FILES, What};

/// What the system writes at once, and what the disk does.
const PAGE: usize = 4096;
const SECTOR: usize = 512;

/// The files on it.
pub(super) struct Disk {
    files: [File; 2],
    syncs: usize,
    failures: usize,
}

/// What programs see, and what is on the disk for certain.
#[derive(Default)]
struct File {
    cache: Vec<u8>,
    durable: Vec<u8>,
    dirty: BTreeSet<usize>,
}

impl Disk {
    pub(super) fn holding(files: [Vec<u8>; 2]) -> Self {
        let file = |content: Vec<u8>| File {
            durable: content.clone(),
            cache: content,
            ..File::default()
        };
        Self {
            files: files.map(file),
            syncs: 0,
            failures: 0,
        }
    }

    pub(super) fn does(&mut self, event: &Event) {
        let file = &mut self.files[event.file];
        match &event.what {
            What::Write { offset, bytes } => file.write(*offset, bytes),
            What::Truncate(length) => file.truncate(*length),
            What::Sync { succeeded: true } => {
                file.sync();
                self.syncs += 1;
            }
            What::Sync { succeeded: false } => {
                // Linux tells once, takes the pages for written, and does not try again.
                file.dirty.clear();
                self.failures += 1;
            }
        }
    }

    pub(super) fn does_all(&mut self, events: &[Event]) {
        for event in events {
            self.does(event);
        }
    }

    /// How many syncs have succeeded.
    pub(super) fn syncs(&self) -> usize {
        self.syncs
    }

    /// Whether a sync has failed.
    pub(super) fn has_failed(&self) -> bool {
        self.failures > 0
    }

    /// Whether everything that was written is on the disk.
    pub(super) fn is_clean(&self) -> bool {
        self.files.iter().all(|file| file.dirty.is_empty())
    }

    /// The files as they may be found afterwards: of what was not synced, the sectors that survived.
    pub(super) fn after_power_loss(&self, mut survives: impl FnMut() -> bool) -> TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        for (file, name) in self.files.iter().zip(FILES) {
            let found = file.after_power_loss(&mut survives);
            fs::write(dir.path().join(name), found).expect("it is written");
        }
        dir
    }
}

impl File {
    fn write(&mut self, offset: usize, bytes: &[u8]) {
        let end = offset + bytes.len();
        if self.cache.len() < end {
            self.cache.resize(end, 0);
        }
        self.cache[offset..end].copy_from_slice(bytes);
        self.dirty.extend(offset / PAGE..end.div_ceil(PAGE));
    }

    fn truncate(&mut self, length: usize) {
        self.cache.resize(length, 0);
        self.dirty.retain(|page| page * PAGE < length);
    }

    fn sync(&mut self) {
        self.durable.resize(self.cache.len(), 0);
        for page in std::mem::take(&mut self.dirty) {
            let range = within(page * PAGE..(page + 1) * PAGE, &self.cache);
            self.durable[range.clone()].copy_from_slice(&self.cache[range]);
        }
    }

    fn after_power_loss(&self, survives: &mut impl FnMut() -> bool) -> Vec<u8> {
        let mut found = self.durable.clone();
        for page in &self.dirty {
            for sector in (page * PAGE..(page + 1) * PAGE).step_by(SECTOR) {
                let range = within(sector..sector + SECTOR, &self.cache);
                if range.is_empty() || !survives() {
                    continue;
                }
                if found.len() < range.end {
                    found.resize(range.end, 0);
                }
                found[range.clone()].copy_from_slice(&self.cache[range]);
            }
        }
        found
    }
}

/// As much of `range` as there is.
fn within(range: Range<usize>, content: &[u8]) -> Range<usize> {
    range.start.min(content.len())..range.end.min(content.len())
}
