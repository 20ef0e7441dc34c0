//! The calls of MPI that are watched: a row each, from which the library's wrappers are made as well.
//!
//! It is compiled three times: into the program, into the library, and into what writes the library's wrappers. So it
//! names nothing but itself.

/// To what the time in a call is laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallClass {
    /// Sending a message to one rank, or writing its memory.
    Sending,
    /// Receiving a message from one rank, or looking for it.
    Receiving,
    /// Calls that all ranks of a communicator make together.
    Collective,
    /// For what was begun before, or asking whether it is done.
    Wait,
}

impl CallClass {
    /// How many there are.
    pub const COUNT: usize = 4;
}

/// What a call does, as far as that matters to who watches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// Sends, and returns when the buffer may be written again.
    Send,
    /// Begins to send.
    BeginSend,
    /// Prepares to send, which `Start` begins.
    PrepareSend,
    /// Waits for a message.
    Receive,
    /// Looks for a message, and does not wait.
    Look,
    /// Begins to receive.
    BeginReceive,
    /// Prepares to receive, which `Start` begins.
    PrepareReceive,
    /// Sends one message and receives another.
    Exchange,
    /// Begins what was prepared.
    Start,
    /// Waits until all of its requests are done.
    WaitAll,
    /// Waits until some of its requests are done.
    WaitSome,
    /// Asks whether requests are done, and does not wait.
    Test,
    /// Gives a request away.
    Release,
    /// All ranks of a communicator together.
    Collective,
    /// The same, begun: it does not wait.
    BeginCollective,
    /// Among neighbours of a topology.
    Neighbours,
    /// Reads or writes memory of another rank, or waits until that is done.
    OneSided,
    /// Gives a communicator away, together with its other ranks.
    FreeCommunicator,
}

impl CallKind {
    /// Whether the call may wait for other ranks.
    pub fn may_wait(self) -> bool {
        !matches!(
            self,
            Self::BeginSend
                | Self::PrepareSend
                | Self::Look
                | Self::BeginReceive
                | Self::PrepareReceive
                | Self::Start
                | Self::Test
                | Self::Release
                | Self::BeginCollective
        )
    }
}

/// A call of MPI.
#[derive(Debug, PartialEq, Eq)]
pub struct Call {
    /// Its name without `MPI_`.
    pub name: &'static str,
    /// What it does.
    pub kind: CallKind,
    /// To what its time is laid.
    pub class: CallClass,
    /// Its arguments in C, each by what it is: see [`CALLS`].
    pub arguments: &'static str,
    /// Whether MPI 4 has it with large counts, too, as `MPI_…_c`.
    pub has_large: bool,
}

const fn row(name: &'static str, kind: CallKind, class: CallClass, arguments: &'static str, large: bool) -> Call {
    Call { name, kind, class, arguments, has_large: large }
}

/// All of them; a call is told by its place here.
///
/// Arguments: `n` a count and `t` the datatype that it is of, `ns` counts and `ds` displacements of all ranks, `to` and `from` ranks, `root` a rank, `tag`, `comm` a communicator,
/// `oldcomm` where one is, `req` where a request is, `reqs` how many stand there; `_` is passed on. Of a call that has a
/// `root`, `ns` and `ds` are that rank's alone.
pub const CALLS: &[Call] = &[
    row("Send", CallKind::Send, CallClass::Sending, "_ n t to tag comm", true),
    row("Bsend", CallKind::Send, CallClass::Sending, "_ n t to tag comm", true),
    row("Ssend", CallKind::Send, CallClass::Sending, "_ n t to tag comm", true),
    row("Rsend", CallKind::Send, CallClass::Sending, "_ n t to tag comm", true),
    row("Isend", CallKind::BeginSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Ibsend", CallKind::BeginSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Issend", CallKind::BeginSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Irsend", CallKind::BeginSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Send_init", CallKind::PrepareSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Bsend_init", CallKind::PrepareSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Ssend_init", CallKind::PrepareSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Rsend_init", CallKind::PrepareSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Recv", CallKind::Receive, CallClass::Receiving, "_ n _ from tag comm _", true),
    row("Probe", CallKind::Receive, CallClass::Receiving, "from tag comm _", false),
    row("Mprobe", CallKind::Receive, CallClass::Receiving, "from tag comm _ _", false),
    row("Mrecv", CallKind::Receive, CallClass::Receiving, "_ n _ _ _", true),
    row("Iprobe", CallKind::Look, CallClass::Receiving, "from tag comm _ _", false),
    row("Improbe", CallKind::Look, CallClass::Receiving, "from tag comm _ _ _", false),
    row("Irecv", CallKind::BeginReceive, CallClass::Receiving, "_ n _ from tag comm req", true),
    row("Imrecv", CallKind::BeginReceive, CallClass::Receiving, "_ n _ _ req", true),
    row("Recv_init", CallKind::PrepareReceive, CallClass::Receiving, "_ n _ from tag comm req", true),
    row("Sendrecv", CallKind::Exchange, CallClass::Receiving, "_ n t to tag _ n _ from tag comm _", true),
    row("Sendrecv_replace", CallKind::Exchange, CallClass::Receiving, "_ n t to tag from tag comm _", true),
    row("Start", CallKind::Start, CallClass::Sending, "req", false),
    row("Startall", CallKind::Start, CallClass::Sending, "reqs req", false),
    row("Wait", CallKind::WaitAll, CallClass::Wait, "req _", false),
    row("Waitall", CallKind::WaitAll, CallClass::Wait, "reqs req _", false),
    row("Waitany", CallKind::WaitSome, CallClass::Wait, "reqs req _ _", false),
    row("Waitsome", CallKind::WaitSome, CallClass::Wait, "reqs req _ _ _", false),
    row("Test", CallKind::Test, CallClass::Wait, "req _ _", false),
    row("Testall", CallKind::Test, CallClass::Wait, "reqs req _ _", false),
    row("Testany", CallKind::Test, CallClass::Wait, "reqs req _ _ _", false),
    row("Testsome", CallKind::Test, CallClass::Wait, "reqs req _ _ _", false),
    row("Request_free", CallKind::Release, CallClass::Wait, "req", false),
    row("Barrier", CallKind::Collective, CallClass::Collective, "comm", false),
    row("Bcast", CallKind::Collective, CallClass::Collective, "_ n t root comm", true),
    row("Reduce", CallKind::Collective, CallClass::Collective, "_ _ n t _ root comm", true),
    row("Allreduce", CallKind::Collective, CallClass::Collective, "_ _ n t _ comm", true),
    row("Gather", CallKind::Collective, CallClass::Collective, "_ n t _ n _ root comm", true),
    row("Gatherv", CallKind::Collective, CallClass::Collective, "_ n t _ ns ds _ root comm", true),
    row("Scatter", CallKind::Collective, CallClass::Collective, "_ n t _ n _ root comm", true),
    row("Scatterv", CallKind::Collective, CallClass::Collective, "_ ns ds _ _ n t root comm", true),
    row("Allgather", CallKind::Collective, CallClass::Collective, "_ n t _ n _ comm", true),
    row("Allgatherv", CallKind::Collective, CallClass::Collective, "_ n t _ ns ds _ comm", true),
    row("Alltoall", CallKind::Collective, CallClass::Collective, "_ n t _ n _ comm", true),
    row("Alltoallv", CallKind::Collective, CallClass::Collective, "_ ns ds t _ ns ds _ comm", true),
    row("Alltoallw", CallKind::Collective, CallClass::Collective, "_ ns ds _ _ ns ds _ comm", true),
    row("Scan", CallKind::Collective, CallClass::Collective, "_ _ n t _ comm", true),
    row("Exscan", CallKind::Collective, CallClass::Collective, "_ _ n t _ comm", true),
    row("Reduce_scatter", CallKind::Collective, CallClass::Collective, "_ _ ns t _ comm", true),
    row("Reduce_scatter_block", CallKind::Collective, CallClass::Collective, "_ _ n t _ comm", true),
    row("Ibarrier", CallKind::BeginCollective, CallClass::Collective, "comm req", false),
    row("Ibcast", CallKind::BeginCollective, CallClass::Collective, "_ n t root comm req", true),
    row("Ireduce", CallKind::BeginCollective, CallClass::Collective, "_ _ n t _ root comm req", true),
    row("Iallreduce", CallKind::BeginCollective, CallClass::Collective, "_ _ n t _ comm req", true),
    row("Igather", CallKind::BeginCollective, CallClass::Collective, "_ n t _ n _ root comm req", true),
    row("Igatherv", CallKind::BeginCollective, CallClass::Collective, "_ n t _ ns ds _ root comm req", false),
    row("Iscatter", CallKind::BeginCollective, CallClass::Collective, "_ n t _ n _ root comm req", true),
    row("Iscatterv", CallKind::BeginCollective, CallClass::Collective, "_ ns ds _ _ n t root comm req", false),
    row("Iallgather", CallKind::BeginCollective, CallClass::Collective, "_ n t _ n _ comm req", true),
    row("Iallgatherv", CallKind::BeginCollective, CallClass::Collective, "_ n t _ ns ds _ comm req", false),
    row("Ialltoall", CallKind::BeginCollective, CallClass::Collective, "_ n t _ n _ comm req", true),
    row("Ialltoallv", CallKind::BeginCollective, CallClass::Collective, "_ ns ds t _ ns ds _ comm req", false),
    row("Ialltoallw", CallKind::BeginCollective, CallClass::Collective, "_ ns ds _ _ ns ds _ comm req", false),
    row("Iscan", CallKind::BeginCollective, CallClass::Collective, "_ _ n t _ comm req", true),
    row("Iexscan", CallKind::BeginCollective, CallClass::Collective, "_ _ n t _ comm req", true),
    row("Ireduce_scatter", CallKind::BeginCollective, CallClass::Collective, "_ _ ns t _ comm req", false),
    row("Ireduce_scatter_block", CallKind::BeginCollective, CallClass::Collective, "_ _ n t _ comm req", true),
    row("Comm_dup", CallKind::Collective, CallClass::Collective, "comm _", false),
    row("Comm_split", CallKind::Collective, CallClass::Collective, "comm _ _ _", false),
    row("Comm_split_type", CallKind::Collective, CallClass::Collective, "comm _ _ _ _", false),
    row("Comm_create", CallKind::Collective, CallClass::Collective, "comm _ _", false),
    row("Cart_create", CallKind::Collective, CallClass::Collective, "comm _ _ _ _ _", false),
    row("Win_create", CallKind::Collective, CallClass::Collective, "_ _ _ _ comm _", false),
    row("Win_allocate", CallKind::Collective, CallClass::Collective, "_ _ _ comm _ _", false),
    row("Win_allocate_shared", CallKind::Collective, CallClass::Collective, "_ _ _ comm _ _", false),
    row("Comm_free", CallKind::FreeCommunicator, CallClass::Collective, "oldcomm", false),
    row("Comm_disconnect", CallKind::FreeCommunicator, CallClass::Collective, "oldcomm", false),
    row("Neighbor_allgather", CallKind::Neighbours, CallClass::Collective, "_ n _ _ n _ _", true),
    row("Neighbor_alltoall", CallKind::Neighbours, CallClass::Collective, "_ n _ _ n _ _", true),
    row("Put", CallKind::OneSided, CallClass::Sending, "_ n _ _ _ n _ _", true),
    row("Get", CallKind::OneSided, CallClass::Sending, "_ n _ _ _ n _ _", true),
    row("Accumulate", CallKind::OneSided, CallClass::Sending, "_ n _ _ _ n _ _ _", true),
    row("Fetch_and_op", CallKind::OneSided, CallClass::Sending, "_ _ _ _ _ _ _", false),
    row("Compare_and_swap", CallKind::OneSided, CallClass::Sending, "_ _ _ _ _ _ _", false),
    row("Win_fence", CallKind::OneSided, CallClass::Collective, "_ _", false),
    row("Win_lock", CallKind::OneSided, CallClass::Sending, "_ _ _ _", false),
    row("Win_unlock", CallKind::OneSided, CallClass::Sending, "_ _", false),
    row("Win_flush", CallKind::OneSided, CallClass::Sending, "_ _", false),
    row("Win_flush_local", CallKind::OneSided, CallClass::Sending, "_ _", false),
    row("Win_lock_all", CallKind::OneSided, CallClass::Sending, "_ _", false),
    row("Win_start", CallKind::OneSided, CallClass::Sending, "_ _ _", false),
    row("Win_post", CallKind::OneSided, CallClass::Sending, "_ _ _", false),
    row("Win_unlock_all", CallKind::OneSided, CallClass::Sending, "_", false),
    row("Win_flush_all", CallKind::OneSided, CallClass::Sending, "_", false),
    row("Win_flush_local_all", CallKind::OneSided, CallClass::Sending, "_", false),
    row("Win_complete", CallKind::OneSided, CallClass::Sending, "_", false),
    row("Win_wait", CallKind::OneSided, CallClass::Sending, "_", false),
    row("Win_free", CallKind::OneSided, CallClass::Collective, "_", false),
];
