//! What keys ask for. What each comes to is the screen's matter.

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// To the item, row or line before.
    Up,
    /// To the item, row or line after.
    Down,
    /// To the point before.
    Left,
    /// To the next point.
    Right,
    /// A page back.
    PageUp,
    /// A page on.
    PageDown,
    /// Half a page back in the details.
    DetailsUp,
    /// Half a page on in the details.
    DetailsDown,
    /// To the first item.
    First,
    /// To the last item.
    Last,
    /// Run the selected scenario.
    Start,
    /// Open the form for predictions.
    Predict,
    /// Close the form and keep what it says.
    KeepPrediction,
    /// Run the scenario of these results once more.
    Again,
    /// To the next scenario of the path that was not run yet.
    Next,
    /// Open the list of the session's runs.
    Runs,
    /// Show the results of the selected run again.
    Reopen,
    /// Ask for the name of a file to write the report into.
    SaveReport,
    /// The next of the formats to write it in.
    NextFormat,
    /// Open the form of the scenario's parameters.
    Edit,
    /// Run the scenario as the form has it.
    Try,
    /// Ask for the name of a file to save it as.
    Save,
    /// Save it.
    Write,
    /// Save it over a file that exists.
    Overwrite,
    /// Empty a value.
    ClearValue,
    /// Take all changes of a form back.
    Reset,
    /// Open the filter.
    Filter,
    /// Close the filter and keep what it says.
    KeepFilter,
    /// Empty the filter and close it.
    ClearFilter,
    /// Take back a character.
    Erase,
    /// A character for the filter or the form; not in the table, since any will do.
    Type(char),
    /// Read the library anew.
    Reload,
    /// Stop or go on drawing; the run goes on either way.
    Freeze,
    /// Cancel the run and show what was measured; when it is being cancelled already, kill it.
    Cancel,
    /// Cancel the job that is followed, as was asked.
    CancelJob,
    /// Look closer: in a run at the last moments of the lanes, in results at one panel after the other.
    Zoom,
    /// Fold the lanes, or unfold them.
    Fold,
    /// Between Run and Results.
    Switch,
    /// Turn the chart to the next thing that it can be about.
    TurnChart,
    /// The output of a watched program on the whole screen, or all else again.
    Output,
    /// Who of the ranks of an MPI program waits for whom and what they sent, on the whole screen, or all else again.
    Ranks,
    /// Open the help.
    Help,
    /// Back one screen; from the library, quit.
    Back,
    /// Leave parlab.
    Quit,
    /// Hand the terminal back to the shell for a while.
    Suspend,
    /// Draw everything anew.
    Redraw,
}
