//! One lane of the board, from look to look: what is read of it, and what was read before.

use std::sync::Arc;

use super::calls::{CALLS, Call, CallClass};
use super::layout::{
    COMMUNICATORS, DO, FLAG_BITS, FROM_ANY, HAS_TAG, MAY, OTHERS, RANKS, RING, SENDS, WORD, collective_record,
    communicator, lane, sent,
};
use super::look::{CallInHand, CollectiveRecord, Communicator, MpiLook, Peers, RankLife, RankLook, Sent};
use crate::system::outside_memory::{OutsideMemory, Shrunk};

/// Words at the beginning of a lane, which are read together.
const HEAD: usize = lane::COMMUNICATORS_AT;

/// Ranks of a world: more are not believed.
const SIZE_MAX: u64 = 1 << 20;

/// Reads of the head until none of it changed meanwhile.
const READS: u32 = 16;

type RankHead = [u64; HEAD];

/// A lane, and what is known of it.
#[derive(Debug)]
pub(super) struct RankLane {
    at: usize,
    /// The last head whose words belong together.
    head: Option<RankHead>,
    gone_ns: Option<u64>,
    communicators: Vec<Communicator>,
    sent: Arc<[Sent]>,
    /// Of the calls until which `sent` tells.
    sent_until: u64,
    read: u64,
}

impl RankLane {
    /// The lane that begins there, in bytes.
    pub(super) fn new(at: usize) -> Self {
        Self {
            at,
            head: None,
            gone_ns: None,
            communicators: Vec::new(),
            sent: Arc::default(),
            sent_until: u64::MAX,
            read: 0,
        }
    }

    /// Adds what there is to be told; nothing while the lane is being claimed, or says what cannot be. `gone_since` tells of
    /// a process when it ended.
    pub(super) fn look(
        &mut self,
        memory: &OutsideMemory,
        with_messages: bool,
        gone_since: &dyn Fn(u32) -> Option<u64>,
        into: &mut MpiLook,
    ) {
        if let Ok(Some(head)) = self.read_head(memory) {
            self.head = Some(head);
        }
        let Some(head) = self.head.filter(is_possible) else { return };
        let size = (head[lane::SIZE] as usize).min(RANKS) as u32;
        // Memory that was cut short tells nothing new.
        let _ = self.read_communicators(memory, head[lane::COMMUNICATORS_USED]);
        if with_messages && self.sent_until != head[lane::CALLS] {
            let _ = self.read_sent(memory, &head, size);
        }
        let pid = head[lane::PID] as u32;
        let has_ended = head[lane::ENDED] != 0;
        if self.gone_ns.is_none() && !has_ended {
            self.gone_ns = gone_since(pid);
        }
        let place = into.ranks.len() as u32;
        let _ = self.read_ring(memory, head[lane::WRITTEN], place, into);
        into.ranks.push(self.told(&head, into.at_ns));
    }

    fn read_head(&self, memory: &OutsideMemory) -> Result<Option<RankHead>, Shrunk> {
        let version_at = self.at + lane::VERSION * WORD;
        for _ in 0..READS {
            let mut head = [0; HEAD];
            let before = memory.word(version_at)?;
            memory.read(self.at, &mut head)?;
            let is_whole = before.is_multiple_of(2) && memory.word(version_at)? == before;
            if is_whole && head[lane::VERSION] == before {
                return Ok(Some(head));
            }
        }
        Ok(None)
    }

    fn read_communicators(&mut self, memory: &OutsideMemory, used: u64) -> Result<(), Shrunk> {
        for place in 0..used.min(COMMUNICATORS as u64) as usize {
            let at = self.at + (lane::COMMUNICATORS_AT + place * communicator::WORDS) * WORD;
            let mut words = [0; communicator::WORDS];
            // Its ranks never change.
            let is_known = place < self.communicators.len();
            let read = if is_known { communicator::MEMBERS } else { communicator::WORDS };
            memory.read(at, &mut words[..read])?;
            if !is_known {
                let bits = &words[communicator::MEMBERS..];
                let is_member = |rank: &u32| bits[*rank as usize / 64] >> (rank % 64) & 1 == 1;
                let members = (0..RANKS as u32).filter(is_member).collect();
                let id = words[communicator::ID];
                self.communicators.push(Communicator { id, members, ..Communicator::default() });
            }
            let known = &mut self.communicators[place];
            known.collectives = words[communicator::COLLECTIVES];
            known.last = call_at(words[communicator::LAST]);
        }
        Ok(())
    }

    fn read_sent(&mut self, memory: &OutsideMemory, head: &RankHead, size: u32) -> Result<(), Shrunk> {
        let mut words = vec![0; size as usize * sent::WORDS];
        memory.read(self.at + lane::SENT_AT * WORD, &mut words)?;
        let from_any = head[lane::RECEIVING_ANY];
        let of = |(to, words): (usize, &[u64])| Sent {
            to: to as u32,
            messages: words[sent::MESSAGES],
            bytes: words[sent::BYTES],
            sending: words[sent::SENDING],
            receiving: words[sent::RECEIVING].saturating_add(from_any),
        };
        let all = words.chunks_exact(sent::WORDS).enumerate().map(of);
        self.sent = all.filter(|sent| sent.messages > 0 || sent.sending > 0 || sent.receiving > 0).collect();
        self.sent_until = head[lane::CALLS];
        Ok(())
    }

    fn read_ring(
        &mut self,
        memory: &OutsideMemory,
        written: u64,
        place: u32,
        into: &mut MpiLook,
    ) -> Result<(), Shrunk> {
        let first = self.read.max(written.saturating_sub(RING as u64));
        let mut found = Vec::new();
        for number in first..written {
            let at = self.at + (lane::RING_AT + number as usize % RING * collective_record::WORDS) * WORD;
            let mut words = [0; collective_record::WORDS];
            memory.read(at, &mut words)?;
            found.push(words);
        }
        // What was written meanwhile lies over the oldest of them; the one after the last may be half written.
        let now = memory.word(self.at + lane::WRITTEN * WORD)?;
        let kept_from = now.saturating_add(1).saturating_sub(RING as u64).max(first);
        into.lost = into.lost.saturating_add(kept_from.min(written).saturating_sub(self.read));
        self.read = self.read.max(written);
        for words in found.into_iter().skip((kept_from - first) as usize) {
            match self.collective_record(&words, place) {
                Some(record) => into.collectives.push(record),
                None => into.lost = into.lost.saturating_add(1),
            }
        }
        Ok(())
    }

    fn collective_record(&self, words: &[u64; collective_record::WORDS], place: u32) -> Option<CollectiveRecord> {
        let id = words[collective_record::COMMUNICATOR];
        let of = self.communicators.iter().find(|communicator| communicator.id == id)?;
        Some(CollectiveRecord {
            place,
            communicator: id,
            members: of.members.len() as u32,
            number: words[collective_record::NUMBER],
            call: call_at(words[collective_record::CALL].checked_add(1)?)?,
            came_ns: words[collective_record::CAME],
            left_ns: words[collective_record::LEFT].max(words[collective_record::CAME]),
        })
    }

    fn told(&self, head: &RankHead, at_ns: u64) -> RankLook {
        let ended = Some(head[lane::ENDED]).filter(|ended_ns| *ended_ns != 0);
        let life = match (head[lane::ABORTED], ended, self.gone_ns) {
            (0, None, None) => RankLife::Running,
            (0, Some(_), _) => RankLife::Finalized,
            (0, None, Some(_)) => RankLife::Gone,
            (code, ..) => RankLife::Aborted(code as i32),
        };
        let ended_ns = ended.or(self.gone_ns);
        let call = in_hand(head).filter(|_| matches!(life, RankLife::Running | RankLife::Gone));
        let mut spent_ns = [0; CallClass::COUNT];
        spent_ns.copy_from_slice(&head[lane::SPENT..lane::SPENT + CallClass::COUNT]);
        if let Some(call) = &call {
            spent_ns[call.call.class as usize] += ended_ns.unwrap_or(at_ns).saturating_sub(call.since_ns);
        }
        RankLook {
            world: 0,
            rank: head[lane::RANK] as u32,
            size: head[lane::SIZE] as u32,
            pid: head[lane::PID] as u32,
            tid: head[lane::TID] as u32,
            library: library(&head[lane::LIBRARY..lane::LIBRARY + lane::LIBRARY_WORDS]),
            may_be_threaded: head[lane::THREADED] >= MAY,
            is_threaded: head[lane::THREADED] >= DO,
            life,
            began_ns: head[lane::BEGAN],
            ended_ns,
            call: if life == RankLife::Gone { None } else { call },
            spent_ns,
            calls: head[lane::CALLS],
            sent: Arc::clone(&self.sent),
            communicators: self.communicators.clone(),
            elsewhere: None,
        }
    }
}

/// Whether a lane is claimed, and says what can be.
fn is_possible(head: &RankHead) -> bool {
    let (rank, size) = (head[lane::RANK], head[lane::SIZE]);
    head[lane::PID] != 0 && rank < size && size <= SIZE_MAX
}

/// The call of a place, counted from 1.
fn call_at(word: u64) -> Option<&'static Call> {
    CALLS.get(usize::try_from(word.checked_sub(1)?).ok()?)
}

fn in_hand(head: &RankHead) -> Option<CallInHand> {
    let flags = head[lane::FLAGS];
    let mut peers = Peers { from_any: flags & FROM_ANY != 0, others: flags & OTHERS != 0, ..Peers::default() };
    let more = ((flags >> FLAG_BITS) as usize).min(lane::MORE_WORDS);
    let rank = |word: u64| ((word & (SENDS - 1)) as u32).checked_sub(1);
    let further = head[lane::MORE..lane::MORE + more].iter().map(|word| (word & SENDS != 0, rank(*word)));
    for (sends, rank) in [(true, rank(head[lane::TO])), (false, rank(head[lane::FROM]))].into_iter().chain(further) {
        let list = if sends { &mut peers.to } else { &mut peers.from };
        list.extend(rank.filter(|rank| u64::from(*rank) < head[lane::SIZE]));
    }
    Some(CallInHand {
        call: call_at(head[lane::CALL])?,
        since_ns: head[lane::SINCE],
        peers,
        tag: (flags & HAS_TAG != 0).then_some(head[lane::TAG] as i32),
        communicator: head[lane::COMMUNICATOR],
        number: head[lane::NUMBER],
    })
}

/// The name of an MPI with its version, of what its `MPI_Get_library_version` says: `Open MPI 4.1.4`.
fn library(words: &[u64]) -> String {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).take_while(|byte| *byte != 0).collect();
    let text = String::from_utf8(bytes).unwrap_or_default();
    let line = text.split(['\n', ',']).next().unwrap_or_default();
    let words = line.split_whitespace().filter(|word| *word != "Version:");
    let plain = |word: &str| {
        let number = word.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        number.unwrap_or(word).to_owned()
    };
    words.map(plain).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mpi_is_called_by_its_name_and_version() {
        let called = |text: &str| {
            let mut bytes = [0; lane::LIBRARY_WORDS * WORD];
            bytes.iter_mut().zip(text.bytes()).for_each(|(byte, of)| *byte = of);
            let words = bytes.chunks_exact(WORD).map(|word| u64::from_ne_bytes(word.try_into().unwrap()));
            library(&words.collect::<Vec<u64>>())
        };
        assert_eq!(called("Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4"), "Open MPI 4.1.4");
        assert_eq!(called("MPICH Version:      4.0.2\nMPICH Release date: 2022"), "MPICH 4.0.2");
        assert_eq!(
            called("Intel(R) MPI Library 2021.10 for Linux* OS\n"),
            "Intel(R) MPI Library 2021.10 for Linux* OS"
        );
        assert_eq!(called(""), "");
    }
}
