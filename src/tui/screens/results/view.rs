//! The results: chart, table, what happened and the lesson, and whatever went wrong.
//!
//! ```text
//!  below 110 columns                               from 110 columns on
//! ╭ speedup ────────────────╮╭ 12 configurations ╮   ╭ chart ───────╮╭ table ─────╮
//! │ ● threads  ○ processes  ││ …                 │   │              ││            │
//! ╰─────────────────────────╯╰───────────────────╯   │              │╰────────────╯
//!  processes × 4   speedup 3.81 (95 %: 3.72–3.90)    │              │╭ what … ────╮
//! ╭ what happened ───────────────────────────────╮   ╰──────────────╯│            │
//! │ …                                            │    figures        ╰────────────╯
//! ╰──────────────────────────────────────────────╯
//! ```
//!
//! Each panel can have the screen to itself.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::details;
use crate::foreign::escaped;
use crate::record::{NamedTasks, Status, WarningCode, WatchedProgram};
use crate::results::{ProgramFigures, Row, ShownColumn, View, columns, tasks_in_words};
use crate::tui::screens::layout::body_of;
use crate::tui::screens::program::{lanes, output, ranks};
use crate::tui::screens::prose::{ProseColumn, more_lines, wrap};
use crate::tui::screens::run::look::WholePanel;
use crate::tui::screens::run::state::RunMonitor;
use crate::tui::screens::run::zoom::Zoom;
use crate::tui::screens::scores::Picture;
use crate::tui::screens::speedups::{self, TableMarks, TableParts};
use crate::tui::shared::Shared;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::paint;

/// From here on, chart and table stand side by side.
const BESIDE_MIN: u16 = 110;
/// Where a chart has fewer columns than this, scores stand below it, if it keeps so many rows.
const CHART_WIDE: u16 = 76;
const CHART_MIN: u16 = 10;
/// Columns that a chart keeps beside a table.
const CHART_LEAST: u16 = 24;
/// Rows that the text keeps below them, the frame included.
const TEXT_LEAST: u16 = 5;
/// Columns that scores need to say anything.
const SCORES_MIN: u16 = 20;
/// Rows that chart, point and table keep where nothing was measured.
const UNMEASURED: u16 = 12;

/// Where everything stands.
struct Places {
    problems: Rect,
    chart: Rect,
    details: Option<Rect>,
    point: Rect,
    table: Rect,
    lesson: Option<Rect>,
}

/// Draws what a run has shown, whether it has ended or not.
pub(in crate::tui::screens) fn render(run: &RunMonitor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    match (run.look.whole, run.only_program()) {
        (Some(WholePanel::Output), Some(program)) => return output::render(&program.output, theme, area, buf),
        (Some(WholePanel::Ranks), Some(WatchedProgram { mpi: Some(mpi), .. })) => {
            return ranks::render(mpi, theme, area, buf);
        }
        _ => {}
    }
    let problems = problems(run, theme, area.width.saturating_sub(4));
    let places = places(run, theme, problems.len(), area);
    self::problems_in(places.problems, run.scroll, &problems, theme, buf);
    if places.chart.height > 0 {
        let (beside, place) = with_scores(run, theme, places.chart);
        if beside.width > 0 {
            chart(run, theme, beside, buf);
        }
        if let Some((picture, place)) = place {
            picture.render(place, buf);
        }
    }
    if let (Some(place), Some(row)) = (places.details, run.figures().rows.get(run.row())) {
        details::render(run, row, theme, place, buf);
    }
    if let Some(row) = run.figures().rows.get(run.row()).filter(|_| places.point.height > 0) {
        point(run, row, theme, places.point, buf);
    }
    let title = match run.figures().rows.len() {
        1 => "1 configuration".to_owned(),
        n => format!("{n} configurations"),
    };
    if let Some(program) = the_program(run).filter(|_| places.table.height > 0) {
        lanes::render(program, theme, places.table, buf);
    } else if places.table.height > 0 {
        let marks = TableMarks { selected: Some(run.row()), running: run.running_row() };
        speedups::table(run.figures(), marks, &title, theme, places.table, buf);
    }
    if let Some(area) = places.lesson {
        lesson(run, Some(run.scroll), theme, area, buf);
    }
}

/// The program that all of it is about, once its trial has ended.
fn the_program(run: &RunMonitor) -> Option<&ProgramFigures> {
    run.figures().rows.first().filter(|_| run.figures().is_one_program())?.program.as_ref()
}

/// Rows of the table.
fn table_rows(run: &RunMonitor) -> usize {
    the_program(run).map_or(run.figures().rows.len(), |program| program.lanes.len())
}

/// The furthest that the lesson and the problems can be scrolled.
pub(super) fn scroll_max(shared: &Shared) -> u16 {
    let (Some(run), Some(area)) = (&shared.run, body_of(shared.size)) else { return 0 };
    let problems = problems(run, &shared.theme, area.width.saturating_sub(4)).len();
    let places = places(run, &shared.theme, problems, area);
    let problems = hidden_problems(problems, places.problems);
    let Some(place) = places.lesson else { return problems };
    let (width, height) = (place.width.saturating_sub(4), place.height.saturating_sub(2));
    notes(run, &shared.theme, width).height().saturating_sub(height).max(problems)
}

/// Lines that a page moves the lesson and the problems by: no more than is seen of either.
pub(super) fn page(shared: &Shared) -> u16 {
    let (Some(run), Some(area)) = (&shared.run, body_of(shared.size)) else { return 1 };
    let problems = problems(run, &shared.theme, area.width.saturating_sub(4)).len();
    let places = places(run, &shared.theme, problems, area);
    let lesson = places.lesson.map_or(u16::MAX, |place| place.height.saturating_sub(2));
    let hidden = hidden_problems(problems, places.problems);
    lesson.min(if hidden > 0 { places.problems.height.saturating_sub(2) } else { u16::MAX }).clamp(1, area.height)
}

/// Problems take what the rest does not need: a third, or nearly all where there is nothing else to show.
fn places(run: &RunMonitor, theme: &Theme, problems: usize, area: Rect) -> Places {
    let measured = run.figures().rows.iter().any(|row| row.wall_s.is_some());
    let third = area.height / 3;
    let most = if measured { third } else { area.height.saturating_sub(UNMEASURED).max(third) };
    let problems = Rect { height: u16::try_from(problems).unwrap_or(u16::MAX).min(most), ..area };
    let rest = Rect { y: problems.bottom(), height: area.height - problems.height, ..area };
    let places = match run.zoom {
        Zoom::All if rest.width >= BESIDE_MIN => beside(run, rest, area),
        Zoom::All => stacked(run, theme, rest),
        zoom => zoomed(run, zoom, rest),
    };
    Places { problems, ..places }
}

fn has_lesson(run: &RunMonitor) -> bool {
    !lesson_text(run).is_empty() || !run.findings().is_empty() || !named_tasks(run).is_empty()
}

/// One panel alone; the line about the selected point stays with chart and table.
fn zoomed(run: &RunMonitor, zoom: Zoom, rest: Rect) -> Places {
    let nothing = Rect { height: 0, ..rest };
    let none =
        Places { problems: nothing, chart: nothing, details: None, point: nothing, table: nothing, lesson: None };
    let above = Rect { height: rest.height - 1, ..rest };
    let point = Rect { y: above.bottom(), height: 1, ..rest };
    match zoom {
        Zoom::Text if has_lesson(run) => Places { lesson: Some(rest), ..none },
        Zoom::Table => Places { table: above, point, ..none },
        Zoom::Chart | Zoom::Text | Zoom::All => Places { chart: above, point, ..none },
    }
}

/// The chart at the left, above the details where the screen has room for them, the table above the text at its right.
fn beside(run: &RunMonitor, rest: Rect, screen: Rect) -> Places {
    let rows = u16::try_from(table_rows(run)).unwrap_or(u16::MAX).saturating_add(3);
    let chart = Rect { width: rest.width / 2, height: rest.height - 1, ..rest };
    let point = Rect { y: chart.bottom(), height: 1, ..rest };
    let right = Rect { x: chart.right(), width: rest.width - chart.width, ..chart };
    let height = if has_lesson(run) { rows.clamp(4, right.height * 3 / 5) } else { right.height };
    let table = Rect { height, ..right };
    let lesson = Rect { y: table.bottom(), height: right.height - height, ..right };
    let (chart, details) = details::split(chart, screen);
    Places { problems: rest, chart, details, point, table, lesson: has_lesson(run).then_some(lesson) }
}

/// The chart beside the table, the text below in the whole width: sentences are read there, and not in a column.
fn stacked(run: &RunMonitor, theme: &Theme, rest: Rect) -> Places {
    let text = if has_lesson(run) { text_height(run, theme, rest) } else { 0 };
    let above = Rect { height: rest.height - 1 - text, ..rest };
    let point = Rect { y: above.bottom(), height: 1, ..rest };
    let lesson = Rect { y: point.bottom(), height: text, ..rest };
    let (all, least) = TableParts::of(run.figures(), theme).widths(theme);
    let most = rest.width - (rest.width * 2 / 5).max(CHART_LEAST).min(rest.width);
    let wanted = if all <= rest.width / 2 { all } else { least.max(rest.width / 2) };
    let width = if the_program(run).is_some() { most } else { wanted.min(most) };
    let chart = Rect { width: above.width - width, ..above };
    let table = Rect { x: chart.right(), width, ..above };
    Places { problems: rest, chart, details: None, point, table, lesson: has_lesson(run).then_some(lesson) }
}

/// Rows for what happened, or for the lesson while nothing has: what it needs, up to two fifths.
fn text_height(run: &RunMonitor, theme: &Theme, rest: Rect) -> u16 {
    let wanted = notes(run, theme, rest.width.saturating_sub(4)).height().saturating_add(2);
    let most = if run.findings().is_empty() { rest.height / 4 } else { rest.height * 2 / 5 };
    wanted.min(most.max(TEXT_LEAST))
}

/// The chart's place, shared with the scores if there are any: side by side where it is wide, else below each other.
fn with_scores<'a>(run: &'a RunMonitor, theme: &'a Theme, chart: Rect) -> (Rect, Option<(Picture<'a>, Rect)>) {
    let Some(picture) = run.found().map(|scores| Picture::of(scores, theme)) else { return (chart, None) };
    let below = chart.height.saturating_sub(CHART_MIN);
    if chart.width < CHART_WIDE && below >= picture.height_min() {
        let height = picture.height().min(below.max(chart.height / 2));
        let scores = Rect { y: chart.bottom() - height, height, ..chart };
        return (Rect { height: chart.height - height, ..chart }, Some((picture, scores)));
    }
    if chart.width < CHART_LEAST + SCORES_MIN {
        // Room for one of the two: what was searched for is what one came for, and the table has the speedups.
        return (Rect { width: 0, ..chart }, Some((picture, chart)));
    }
    let width = picture.width().clamp(SCORES_MIN, (chart.width / 2).max(SCORES_MIN)).min(chart.width);
    let scores = Rect { x: chart.right() - width, width, ..chart };
    (Rect { width: chart.width - width, ..chart }, Some((picture, scores)))
}

/// How the run ended, if not well, and why.
fn problems(run: &RunMonitor, theme: &Theme, width: u16) -> Vec<(String, Role)> {
    let measured = run.figures().rows.iter().any(|row| row.wall_s.is_some());
    let (headline, role) = match run.record.status {
        Some(Status::Failed) => ("the run failed", Role::Bad),
        Some(Status::Interrupted) if the_program(run).is_some() => {
            ("interrupted; this is what was seen of the program until then", Role::Warn)
        }
        Some(Status::Interrupted) if !measured => ("the run was interrupted before anything was measured", Role::Warn),
        Some(Status::Interrupted) => ("the run was interrupted; this is what was measured until then", Role::Warn),
        Some(Status::Done) | None => ("", Role::Warn),
    };
    let mut lines = Vec::new();
    if !headline.is_empty() {
        lines.push((format!("{} {headline}", theme.symbols().cross), role));
    }
    // That it was interrupted is told in the headline.
    let told = run.record.warnings.iter().chain(if run.is_on() { &[] } else { run.figures().doubts.as_slice() });
    let others = told.filter(|warning| warning.code != WarningCode::Interrupted);
    let texts = others.flat_map(|problem| {
        let bullet = theme.symbols().bullet;
        wrap(theme, &format!("{bullet} {}", problem.message), width)
    });
    lines.extend(texts.map(|text| (text, Role::Text)));
    lines
}

/// How many lines the problems can be scrolled by: where they do not all fit, the headline stays above them and a hint
/// stands below.
fn hidden_problems(lines: usize, place: Rect) -> u16 {
    if lines <= usize::from(place.height) {
        return 0;
    }
    u16::try_from(lines - 1).unwrap_or(u16::MAX).saturating_sub(place.height.saturating_sub(2))
}

fn problems_in(place: Rect, scroll: u16, lines: &[(String, Role)], theme: &Theme, buf: &mut Buffer) {
    let hidden = hidden_problems(lines.len(), place);
    let first = usize::from(scroll.min(hidden));
    let mut shown: Vec<(String, Role)> = lines.iter().take(1).cloned().collect();
    let room = usize::from(place.height).saturating_sub(1 + usize::from(hidden > 0));
    shown.extend(lines.iter().skip(1 + first).take(room).cloned());
    match usize::from(hidden) - first {
        0 if hidden > 0 => {
            shown.push((format!("pgup: {hidden} line{} above", if hidden == 1 { "" } else { "s" }), Role::Dim));
        }
        0 => {}
        below => shown.push((format!("pgdn: {}", more_lines(below)), Role::Dim)),
    }
    for (y, (text, role)) in (place.y..place.bottom()).zip(&shown) {
        let row = Rect { x: place.x + 1, y, width: place.width.saturating_sub(2), height: 1 };
        paint::put(buf, row, (row.x, y), text, theme, theme.style(*role));
    }
}

fn chart(run: &RunMonitor, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let name = speedups::title(run);
    let title = if run.is_on() {
        let (all, ended) = run.trials();
        format!("{name} so far: {ended} of {all} trials")
    } else {
        name
    };
    let block = theme.block(&title, area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    speedups::render(run, Some(run.row()), theme, inner, buf);
    if let Some(text) = speedups::shortest_tasks(run.figures(), theme, area.width.saturating_sub(4)) {
        paint::on_frame(buf, area, &text, theme);
    } else if run.figures().subjects().len() > 1 {
        paint::on_frame(buf, area, &format!("y: {}", run.subject_after(1).measure(run.figures())), theme);
    }
}

/// The selected point in figures, as many as there is room for; what has none is passed over.
fn point(run: &RunMonitor, row: &Row, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    paint::dot(buf, area, (area.x, area.y), theme.mark(row.mark), theme.style(Role::Backend(row.mark.family)));
    let mut x = paint::put(buf, area, (area.x + 2, area.y), &row.label, theme, theme.style(Role::Title));
    let mut is_full = false;
    for PointFigure { name, texts, yields } in point_figures(run, row) {
        let width = |text: &String| 3 + paint::width(theme, name) + 1 + paint::width(theme, text);
        let Some(text) = texts.iter().find(|text| x + width(text) <= area.right()) else {
            is_full = true;
            continue;
        };
        // What says less than another does not take its place.
        if is_full && yields {
            continue;
        }
        x = paint::put(buf, area, (x + 3, area.y), name, theme, theme.style(Role::Dim));
        x = paint::put(buf, area, (x + 1, area.y), text, theme, theme.style(Role::Text));
    }
}

/// A figure of the selected point: as much as can be said of it, and less.
struct PointFigure<'r> {
    name: &'r str,
    texts: Vec<String>,
    /// Whether another figure says more.
    yields: bool,
}

/// Names and figures of a row, the most telling first: the end of the line may be cut off.
fn point_figures<'r>(run: &'r RunMonitor, row: &'r Row) -> Vec<PointFigure<'r>> {
    let plain = |name, text| PointFigure { name, texts: vec![text], yields: false };
    if row.wall_s.is_none() {
        let point = row.config.point.iter().map(|point| plain(point.key.as_str(), point.value_in_words()));
        return point.chain([plain("", why_unmeasured(run, row).to_owned())]).collect();
    }
    let figure = |column: ShownColumn<'r>| {
        let texts = [column.of(row), column.brief(row)].into_iter().flatten().map(|figure| figure.words()).collect();
        PointFigure { name: column.heading, texts, yields: column.yields() }
    };
    columns(run.figures(), View::Line).into_iter().map(figure).filter(|figure| !figure.texts.is_empty()).collect()
}

fn why_unmeasured(run: &RunMonitor, row: &Row) -> &'static str {
    match row.tasks {
        _ if row.program.is_some() => "ended before its time",
        Some(tasks) if tasks.failed > 0 => "tasks failed in every trial",
        _ if row.trials > 0 => "no trial ran to its end",
        _ if run.is_on() => "not measured yet",
        _ => "not measured",
    }
}

pub(in crate::tui::screens) fn lesson_text(run: &RunMonitor) -> &str {
    run.record.planned.as_ref().map_or("", |planned| planned.scenario.lesson.trim())
}

/// What the run came to, once it has ended, and then the lesson.
fn notes<'a>(run: &RunMonitor, theme: &'a Theme, width: u16) -> ProseColumn<'a> {
    let mut column = ProseColumn::new(theme, width);
    for finding in run.findings() {
        column.text(&format!("- {}", finding.message), Role::Text);
    }
    for remark in the_program(run).map_or(&[][..], |program| &program.program.remarks) {
        column.text(&format!("- {}", escaped(remark)), Role::Warn);
    }
    for named in named_tasks(run) {
        column.text(&format!("- {}", tasks_in_words(named)), Role::Text);
    }
    if !run.findings().is_empty() && !lesson_text(run).is_empty() {
        column.blank();
        column.heading(LESSON);
    }
    column.text(lesson_text(run), Role::Text);
    column
}

/// The tasks that the program told of, by name.
fn named_tasks(run: &RunMonitor) -> &[NamedTasks] {
    the_program(run).map_or(&[], |program| &program.program.tasks)
}

/// What the lesson is called.
const LESSON: &str = "what to look for";

/// Draws what happened and the lesson, from the line `scroll` on; `None` where it cannot be scrolled.
pub(in crate::tui::screens) fn lesson(
    run: &RunMonitor,
    scroll: Option<u16>,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
) {
    let title = if run.findings().is_empty() { LESSON } else { "what happened" };
    let block = theme.block(title, area.width);
    let inner = paint::padded(block.inner(area));
    block.render(area, buf);
    let below = notes(run, theme, inner.width).render(scroll.unwrap_or(0), inner, buf);
    if below > 0 {
        let key = if scroll.is_some() { "pgdn: " } else { "" };
        paint::on_frame(buf, area, &format!("{key}{}", more_lines(below)), theme);
    }
}
