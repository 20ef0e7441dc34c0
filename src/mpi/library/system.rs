//! What the library asks of the C library: memory, time, and where functions are. Of MPI it knows nothing but
//! how the files of its libraries are called.

use std::ffi::{CStr, c_char, c_int, c_long, c_void};
use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::path::Path;
use std::sync::atomic::AtomicU64;

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

/// The beginning of the structure that describes a loaded object.
#[repr(C)]
struct LoadedObject {
    address: usize,
    name: *const c_char,
}

#[repr(C)]
struct SymbolPlace {
    file: *const c_char,
    base: *mut c_void,
    symbol: *const c_char,
    address: *mut c_void,
}

unsafe extern "C" {
    fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
    fn mmap(at: *mut c_void, bytes: usize, access: c_int, flags: c_int, file: c_int, offset: i64) -> *mut c_void;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlopen(name: *const c_char, flags: c_int) -> *mut c_void;
    fn dladdr(address: *const c_void, place: *mut SymbolPlace) -> c_int;
    fn dl_iterate_phdr(see: Visitor, found: *mut c_void) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
    fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
    fn gethostname(name: *mut c_char, bytes: usize) -> c_int;
    fn sigfillset(signals: *mut SignalSet) -> c_int;
    fn pthread_sigmask(how: c_int, signals: *const SignalSet, before: *mut SignalSet) -> c_int;
    fn atexit(function: extern "C" fn()) -> c_int;
}

/// As large as any C library has it.
#[repr(C)]
struct SignalSet([u64; 16]);

type Visitor = unsafe extern "C" fn(object: *const LoadedObject, bytes: usize, found: *mut c_void) -> c_int;

const MONOTONIC: c_int = 1;
const PROCESS_CPU: c_int = 2;
const SET_MASK: c_int = 2;
const READ_AND_WRITE: c_int = 3;
const SHARED: c_int = 1;
const LAZY_IF_LOADED: c_int = 1 | 4;
#[cfg(target_arch = "x86_64")]
const GETTID: c_long = 186;
#[cfg(not(target_arch = "x86_64"))]
const GETTID: c_long = 178;

/// `CLOCK_MONOTONIC`, in nanoseconds.
pub fn now_ns() -> u64 {
    time_ns(MONOTONIC)
}

/// CPU time of this process, in nanoseconds.
pub fn process_cpu_ns() -> u64 {
    time_ns(PROCESS_CPU)
}

/// CPU time of a thread of this process, in nanoseconds; 0 where there is none.
pub fn cpu_ns(thread: u64) -> u64 {
    // As the kernel numbers the clocks of threads.
    const OF_A_THREAD: c_int = 0b110;
    time_ns((!(thread as c_int) << 3) | OF_A_THREAD)
}

fn time_ns(clock: c_int) -> u64 {
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: it writes the two numbers that it is given the place of, or none where there is no such clock.
    unsafe { clock_gettime(clock, &raw mut time) };
    time.seconds as u64 * 1_000_000_000 + time.nanoseconds as u64
}

/// The name of this node.
pub fn node_name() -> Vec<u8> {
    let mut name = [0_u8; 256];
    // SAFETY: it writes no more bytes than it is told that there are.
    unsafe { gethostname(name.as_mut_ptr().cast(), name.len() - 1) };
    name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec()
}

/// Has a function called when this process exits.
pub fn at_exit(function: extern "C" fn()) {
    // SAFETY: the function is there for good, as this library is never unloaded.
    unsafe { atexit(function) };
}

/// Starts a thread that takes no signal: those are the program's own. Where the system refuses, there is none.
pub fn spawn_without_signals(run: impl FnOnce() + Send + 'static) {
    /// Enough for what it has to do.
    const STACK: usize = 256 << 10;
    let (mut all, mut before) = (SignalSet([0; 16]), SignalSet([0; 16]));
    // SAFETY: the sets are as large as any C library has them; the thread that is made inherits the mask.
    unsafe {
        sigfillset(&raw mut all);
        pthread_sigmask(SET_MASK, &raw const all, &raw mut before);
    }
    let _ = std::thread::Builder::new().name("parlab".to_owned()).stack_size(STACK).spawn(run);
    // SAFETY: it is the mask that the call above has written.
    unsafe { pthread_sigmask(SET_MASK, &raw const before, std::ptr::null_mut()) };
}

/// The number of this thread.
pub fn thread_id() -> u64 {
    // SAFETY: the call takes nothing and changes nothing.
    unsafe { syscall(GETTID) as u64 }
}

/// Writes to standard error.
pub fn complain(text: &[u8]) {
    // SAFETY: the bytes are there. Where it fails there is nobody to tell.
    unsafe { write(2, text.as_ptr().cast(), text.len()) };
}

/// So many words of a file, mapped for good; `None` when it has fewer, or may not be opened.
pub fn map(path: &Path, at: usize, words: usize) -> Option<&'static [AtomicU64]> {
    let file = File::options().read(true).write(true).open(path).ok()?;
    let bytes = words * size_of::<AtomicU64>();
    if file.metadata().ok()?.len() < (at + bytes) as u64 {
        return None;
    }
    // SAFETY: a new mapping takes nobody's memory; it is never undone.
    let start = unsafe { mmap(std::ptr::null_mut(), bytes, READ_AND_WRITE, SHARED, file.as_raw_fd(), at as i64) };
    if start as isize == -1 {
        return None;
    }
    // SAFETY: the mapping begins with a page, has so many words for good, and any bits are a valid atomic word.
    Some(unsafe { std::slice::from_raw_parts(start.cast(), words) })
}

/// The function of this name that the objects loaded after this library have; else the one that is in a library of an MPI
/// that was loaded where others do not see it, as Python loads its modules.
pub fn next_function(name: &CStr) -> Option<usize> {
    const NEXT: usize = usize::MAX;
    // SAFETY: names end with a zero; what is found is only looked at.
    let found = unsafe { dlsym(NEXT as *mut c_void, name.as_ptr()) };
    if !found.is_null() {
        return Some(found as usize);
    }
    let library = mpi_library()?;
    // SAFETY: as above; the handle is of a library that is loaded.
    let found = unsafe { dlsym(library as *mut c_void, name.as_ptr()) };
    (!found.is_null()).then_some(found as usize)
}

/// What this name stands for in the whole program: of a variable the one that all use, which may be in the program itself.
pub fn variable(name: &CStr) -> Option<usize> {
    let library = mpi_library().unwrap_or_default();
    [0, library].into_iter().find_map(|place| {
        // SAFETY: as above; no handle at all stands for the whole program.
        let found = unsafe { dlsym(place as *mut c_void, name.as_ptr()) };
        (!found.is_null()).then_some(found as usize)
    })
}

/// A handle of the MPI that is loaded, wherever it is.
fn mpi_library() -> Option<usize> {
    let mut found = 0_usize;
    // SAFETY: the visitor gets the address of this number, which outlives the call.
    unsafe { dl_iterate_phdr(see_object, (&raw mut found).cast()) };
    (found != 0).then_some(found)
}

/// Stops at the first loaded object that is an MPI.
unsafe extern "C" fn see_object(object: *const LoadedObject, _bytes: usize, found: *mut c_void) -> c_int {
    // SAFETY: the C library calls this with an object that is loaded, whose name ends with a zero.
    let name = unsafe { (*object).name };
    if name.is_null() {
        return 0;
    }
    // SAFETY: as above.
    let bytes = unsafe { CStr::from_ptr(name) }.to_bytes();
    let file = bytes.rsplit(|byte| *byte == b'/').next().unwrap_or(bytes);
    if ![&b"libmpi"[..], b"libmsmpi", b"libpmpi"].iter().any(|begin| file.starts_with(begin)) {
        return 0;
    }
    // SAFETY: it is loaded already, so that nothing of it is run.
    let handle = unsafe { dlopen(name, LAZY_IF_LOADED) };
    // SAFETY: as in `next_function`.
    if handle.is_null() || unsafe { dlsym(handle, c"PMPI_Init".as_ptr()) }.is_null() {
        return 0;
    }
    // SAFETY: it is the address of the number above.
    unsafe { *found.cast::<usize>() = handle as usize };
    1
}

/// Whether the file that a function is from has this in its name.
pub fn is_from(function: usize, part: &[u8]) -> bool {
    let mut place = SymbolPlace {
        file: std::ptr::null(),
        base: std::ptr::null_mut(),
        symbol: std::ptr::null(),
        address: std::ptr::null_mut(),
    };
    // SAFETY: it writes the four fields; the address is only compared.
    let is_known = unsafe { dladdr(function as *const c_void, &raw mut place) } != 0;
    if !is_known || place.file.is_null() {
        return false;
    }
    // SAFETY: the name of a loaded file ends with a zero.
    unsafe { CStr::from_ptr(place.file) }.to_bytes().windows(part.len()).any(|bytes| bytes == part)
}
