//! The ranks of an MPI program on the whole screen: what is wrong, who waits for whom, who came late to collectives, and the
//! messages between them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::{messages, waits};
use crate::record::WatchedMpi;
use crate::results::{collective_in_words, nodes_in_words, rank_number, trouble_in_words};
use crate::tui::screens::prose::wrap;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;
use crate::units;

/// Columns from which on text and map stand side by side.
const BESIDE: u16 = 100;

/// Draws them.
pub(in crate::tui::screens) fn render(mpi: &WatchedMpi, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (text, map) = if area.width >= BESIDE {
        let width = area.width * 2 / 5;
        (Rect { width, ..area }, Rect { x: area.x + width, width: area.width - width, ..area })
    } else {
        let height = area.height / 2;
        (Rect { height, ..area }, Rect { y: area.y + height, height: area.height - height, ..area })
    };
    let waiting = if mpi.waits.is_empty() { 0 } else { waits::height(mpi).min(text.height / 2) };
    let above = Rect { height: text.height - waiting, ..text };
    facts(mpi, theme, above, buf);
    if waiting > 0 {
        waits::render(mpi, theme, Rect { y: above.bottom(), height: waiting, ..text }, buf);
    }
    messages::render(mpi, theme, map, buf);
}

/// What is wrong, and who was waited for.
fn facts(mpi: &WatchedMpi, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let block = theme.block("ranks", area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let told = lines(mpi);
    if told.is_empty() {
        return paint::put_centred(buf, inner, "nothing to tell of them so far", theme, theme.style(Role::Dim));
    }
    let wrapped = told.iter().flat_map(|(text, role)| {
        let lines = wrap(theme, &format!("{} {text}", theme.symbols().bullet), inner.width);
        lines.into_iter().map(|line| (line, *role)).collect::<Vec<_>>()
    });
    for (y, (line, role)) in (inner.y..inner.bottom()).zip(wrapped) {
        paint::put(buf, inner, (inner.x, y), &line, theme, theme.style(role));
    }
}

fn lines(mpi: &WatchedMpi) -> Vec<(String, Role)> {
    /// Shorter waits are not worth a line, in seconds.
    const LEAST_S: f64 = 0.1;
    let troubles = mpi.troubles.iter().map(|trouble| (trouble_in_words(mpi, trouble), Role::Bad));
    let late = mpi.waited.iter().take(3).filter(|waited| waited.seconds >= LEAST_S).map(|waited| {
        let (rank, on) = (rank_number(mpi, waited.rank), rank_number(mpi, waited.on));
        (format!("rank {rank} waited {} for rank {on}, by looks", units::seconds(waited.seconds)), Role::Text)
    });
    let collectives = mpi.collectives.iter().map(|figures| (collective_in_words(mpi, figures), Role::Text));
    let unread = (mpi.collectives_unread > 0).then(|| {
        let count = units::count(mpi.collectives_unread);
        (format!("{count} entries into collectives went by too quickly to be read"), Role::Dim)
    });
    let nodes = nodes_in_words(mpi).into_iter().map(|node| (node, Role::Dim));
    troubles.chain(late).chain(collectives).chain(nodes).chain(unread).collect()
}
