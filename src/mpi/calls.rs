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
pub enum Deed {
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

impl Deed {
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
    pub deed: Deed,
    /// To what its time is laid.
    pub class: CallClass,
    /// Its arguments in C, each by what it is: see [`CALLS`].
    pub arguments: &'static str,
    /// Whether MPI 4 has it with large counts, too, as `MPI_…_c`.
    pub has_large: bool,
}

const fn row(name: &'static str, deed: Deed, class: CallClass, arguments: &'static str, large: bool) -> Call {
    Call { name, deed, class, arguments, has_large: large }
}

/// All of them; a call is told by its place here.
///
/// Arguments: `n` a count and `t` the datatype that it is of, `ns` counts and `ds` displacements of all ranks, `to` and `from` ranks, `root` a rank, `tag`, `comm` a communicator,
/// `oldcomm` where one is, `req` where a request is, `reqs` how many stand there; `_` is passed on. Of a call that has a
/// `root`, `ns` and `ds` are that rank's alone.
pub const CALLS: &[Call] = &[
    row("Send", Deed::Send, CallClass::Sending, "_ n t to tag comm", true),
    row("Bsend", Deed::Send, CallClass::Sending, "_ n t to tag comm", true),
    row("Ssend", Deed::Send, CallClass::Sending, "_ n t to tag comm", true),
    row("Rsend", Deed::Send, CallClass::Sending, "_ n t to tag comm", true),
    row("Isend", Deed::BeginSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Ibsend", Deed::BeginSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Issend", Deed::BeginSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Irsend", Deed::BeginSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Send_init", Deed::PrepareSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Bsend_init", Deed::PrepareSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Ssend_init", Deed::PrepareSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Rsend_init", Deed::PrepareSend, CallClass::Sending, "_ n t to tag comm req", true),
    row("Recv", Deed::Receive, CallClass::Receiving, "_ n _ from tag comm _", true),
    row("Probe", Deed::Receive, CallClass::Receiving, "from tag comm _", false),
    row("Mprobe", Deed::Receive, CallClass::Receiving, "from tag comm _ _", false),
    row("Mrecv", Deed::Receive, CallClass::Receiving, "_ n _ _ _", true),
    row("Iprobe", Deed::Look, CallClass::Receiving, "from tag comm _ _", false),
    row("Improbe", Deed::Look, CallClass::Receiving, "from tag comm _ _ _", false),
    row("Irecv", Deed::BeginReceive, CallClass::Receiving, "_ n _ from tag comm req", true),
    row("Imrecv", Deed::BeginReceive, CallClass::Receiving, "_ n _ _ req", true),
    row("Recv_init", Deed::PrepareReceive, CallClass::Receiving, "_ n _ from tag comm req", true),
    row("Sendrecv", Deed::Exchange, CallClass::Receiving, "_ n t to tag _ n _ from tag comm _", true),
    row("Sendrecv_replace", Deed::Exchange, CallClass::Receiving, "_ n t to tag from tag comm _", true),
    row("Start", Deed::Start, CallClass::Sending, "req", false),
    row("Startall", Deed::Start, CallClass::Sending, "reqs req", false),
    row("Wait", Deed::WaitAll, CallClass::Wait, "req _", false),
    row("Waitall", Deed::WaitAll, CallClass::Wait, "reqs req _", false),
    row("Waitany", Deed::WaitSome, CallClass::Wait, "reqs req _ _", false),
    row("Waitsome", Deed::WaitSome, CallClass::Wait, "reqs req _ _ _", false),
    row("Test", Deed::Test, CallClass::Wait, "req _ _", false),
    row("Testall", Deed::Test, CallClass::Wait, "reqs req _ _", false),
    row("Testany", Deed::Test, CallClass::Wait, "reqs req _ _ _", false),
    row("Testsome", Deed::Test, CallClass::Wait, "reqs req _ _ _", false),
    row("Request_free", Deed::Release, CallClass::Wait, "req", false),
    row("Barrier", Deed::Collective, CallClass::Collective, "comm", false),
    row("Bcast", Deed::Collective, CallClass::Collective, "_ n t root comm", true),
    row("Reduce", Deed::Collective, CallClass::Collective, "_ _ n t _ root comm", true),
    row("Allreduce", Deed::Collective, CallClass::Collective, "_ _ n t _ comm", true),
    row("Gather", Deed::Collective, CallClass::Collective, "_ n t _ n _ root comm", true),
    row("Gatherv", Deed::Collective, CallClass::Collective, "_ n t _ ns ds _ root comm", true),
    row("Scatter", Deed::Collective, CallClass::Collective, "_ n t _ n _ root comm", true),
    row("Scatterv", Deed::Collective, CallClass::Collective, "_ ns ds _ _ n t root comm", true),
    row("Allgather", Deed::Collective, CallClass::Collective, "_ n t _ n _ comm", true),
    row("Allgatherv", Deed::Collective, CallClass::Collective, "_ n t _ ns ds _ comm", true),
    row("Alltoall", Deed::Collective, CallClass::Collective, "_ n t _ n _ comm", true),
    row("Alltoallv", Deed::Collective, CallClass::Collective, "_ ns ds t _ ns ds _ comm", true),
    row("Alltoallw", Deed::Collective, CallClass::Collective, "_ ns ds _ _ ns ds _ comm", true),
    row("Scan", Deed::Collective, CallClass::Collective, "_ _ n t _ comm", true),
    row("Exscan", Deed::Collective, CallClass::Collective, "_ _ n t _ comm", true),
    row("Reduce_scatter", Deed::Collective, CallClass::Collective, "_ _ ns t _ comm", true),
    row("Reduce_scatter_block", Deed::Collective, CallClass::Collective, "_ _ n t _ comm", true),
    row("Ibarrier", Deed::BeginCollective, CallClass::Collective, "comm req", false),
    row("Ibcast", Deed::BeginCollective, CallClass::Collective, "_ n t root comm req", true),
    row("Ireduce", Deed::BeginCollective, CallClass::Collective, "_ _ n t _ root comm req", true),
    row("Iallreduce", Deed::BeginCollective, CallClass::Collective, "_ _ n t _ comm req", true),
    row("Igather", Deed::BeginCollective, CallClass::Collective, "_ n t _ n _ root comm req", true),
    row("Igatherv", Deed::BeginCollective, CallClass::Collective, "_ n t _ ns ds _ root comm req", false),
    row("Iscatter", Deed::BeginCollective, CallClass::Collective, "_ n t _ n _ root comm req", true),
    row("Iscatterv", Deed::BeginCollective, CallClass::Collective, "_ ns ds _ _ n t root comm req", false),
    row("Iallgather", Deed::BeginCollective, CallClass::Collective, "_ n t _ n _ comm req", true),
    row("Iallgatherv", Deed::BeginCollective, CallClass::Collective, "_ n t _ ns ds _ comm req", false),
    row("Ialltoall", Deed::BeginCollective, CallClass::Collective, "_ n t _ n _ comm req", true),
    row("Ialltoallv", Deed::BeginCollective, CallClass::Collective, "_ ns ds t _ ns ds _ comm req", false),
    row("Ialltoallw", Deed::BeginCollective, CallClass::Collective, "_ ns ds _ _ ns ds _ comm req", false),
    row("Iscan", Deed::BeginCollective, CallClass::Collective, "_ _ n t _ comm req", true),
    row("Iexscan", Deed::BeginCollective, CallClass::Collective, "_ _ n t _ comm req", true),
    row("Ireduce_scatter", Deed::BeginCollective, CallClass::Collective, "_ _ ns t _ comm req", false),
    row("Ireduce_scatter_block", Deed::BeginCollective, CallClass::Collective, "_ _ n t _ comm req", true),
    row("Comm_dup", Deed::Collective, CallClass::Collective, "comm _", false),
    row("Comm_split", Deed::Collective, CallClass::Collective, "comm _ _ _", false),
    row("Comm_split_type", Deed::Collective, CallClass::Collective, "comm _ _ _ _", false),
    row("Comm_create", Deed::Collective, CallClass::Collective, "comm _ _", false),
    row("Cart_create", Deed::Collective, CallClass::Collective, "comm _ _ _ _ _", false),
    row("Win_create", Deed::Collective, CallClass::Collective, "_ _ _ _ comm _", false),
    row("Win_allocate", Deed::Collective, CallClass::Collective, "_ _ _ comm _ _", false),
    row("Win_allocate_shared", Deed::Collective, CallClass::Collective, "_ _ _ comm _ _", false),
    row("Comm_free", Deed::FreeCommunicator, CallClass::Collective, "oldcomm", false),
    row("Comm_disconnect", Deed::FreeCommunicator, CallClass::Collective, "oldcomm", false),
    row("Neighbor_allgather", Deed::Neighbours, CallClass::Collective, "_ n _ _ n _ _", true),
    row("Neighbor_alltoall", Deed::Neighbours, CallClass::Collective, "_ n _ _ n _ _", true),
    row("Put", Deed::OneSided, CallClass::Sending, "_ n _ _ _ n _ _", true),
    row("Get", Deed::OneSided, CallClass::Sending, "_ n _ _ _ n _ _", true),
    row("Accumulate", Deed::OneSided, CallClass::Sending, "_ n _ _ _ n _ _ _", true),
    row("Fetch_and_op", Deed::OneSided, CallClass::Sending, "_ _ _ _ _ _ _", false),
    row("Compare_and_swap", Deed::OneSided, CallClass::Sending, "_ _ _ _ _ _ _", false),
    row("Win_fence", Deed::OneSided, CallClass::Collective, "_ _", false),
    row("Win_lock", Deed::OneSided, CallClass::Sending, "_ _ _ _", false),
    row("Win_unlock", Deed::OneSided, CallClass::Sending, "_ _", false),
    row("Win_flush", Deed::OneSided, CallClass::Sending, "_ _", false),
    row("Win_flush_local", Deed::OneSided, CallClass::Sending, "_ _", false),
    row("Win_lock_all", Deed::OneSided, CallClass::Sending, "_ _", false),
    row("Win_start", Deed::OneSided, CallClass::Sending, "_ _ _", false),
    row("Win_post", Deed::OneSided, CallClass::Sending, "_ _ _", false),
    row("Win_unlock_all", Deed::OneSided, CallClass::Sending, "_", false),
    row("Win_flush_all", Deed::OneSided, CallClass::Sending, "_", false),
    row("Win_flush_local_all", Deed::OneSided, CallClass::Sending, "_", false),
    row("Win_complete", Deed::OneSided, CallClass::Sending, "_", false),
    row("Win_wait", Deed::OneSided, CallClass::Sending, "_", false),
    row("Win_free", Deed::OneSided, CallClass::Collective, "_", false),
];
