//! `mandelbrot` against complex numbers written out in full, and against what is known of the set.

use super::context::tells_and_stops;
use super::{build, objections, results};

/// Iterations of c by the definition, with a complex number as a pair and nothing reused.
fn iterations(c: (f64, f64), max_iter: u64) -> (u64, bool) {
    let mut z = (0.0_f64, 0.0_f64);
    for n in 0..max_iter {
        if z.0 * z.0 + z.1 * z.1 > 4.0 {
            return (n, false);
        }
        z = (z.0 * z.0 - z.1 * z.1 + c.0, 2.0 * z.0 * z.1 + c.1);
    }
    (max_iter, z.0 * z.0 + z.1 * z.1 <= 4.0)
}

#[test]
fn a_small_picture_is_what_the_definition_says() {
    let (width, height, max_iter) = (24, 16, 300);
    let body = format!("tasks = {height}\nwidth = {width}\nheight = {height}\nmax_iter = {max_iter}");
    let rows = results("mandelbrot", &body, height);
    let step = 3.0 / f64::from(width);
    for (row, values) in rows.iter().enumerate() {
        let im = (height as f64 - 1.0) / 2.0 * step - row as f64 * step;
        let points = (0..width).map(|column| (-0.5 + (f64::from(column) - (f64::from(width) - 1.0) / 2.0) * step, im));
        let counted: Vec<_> = points.map(|c| iterations(c, max_iter)).collect();
        let sum: u64 = counted.iter().map(|(n, _)| n).sum();
        let inside = counted.iter().filter(|(_, inside)| *inside).count();
        assert_eq!(values[..2], [sum as f64, inside as f64], "row {row}");
    }
    // The set is symmetric about the real axis, and so is this picture.
    assert!(rows.iter().eq(rows.iter().rev()));
}

#[test]
fn well_known_points_take_the_iterations_they_take() {
    let one_point = |re: f64, im: f64| {
        let body = format!("tasks = 1\nwidth = 1\nheight = 1\nmax_iter = 200000\ncentre_x = {re}\ncentre_y = {im}");
        let values = results("mandelbrot", &body, 1)[0];
        (values[0], values[1])
    };
    // 0 stays where it is, −1 jumps between 0 and −1, −2 stays at 2, i runs in a circle of −1 + i and −i.
    for (re, im) in [(0.0, 0.0), (-1.0, 0.0), (-2.0, 0.0), (0.0, 1.0)] {
        assert_eq!(one_point(re, im), (200_000.0, 1.0), "{re} + {im} i");
    }
    // 3 has left after one step; 1 goes 1, 2, 5; 0.5 goes 0.5, 0.75, 1.0625, 1.63, 3.15.
    assert_eq!(one_point(3.0, 0.0), (1.0, 0.0));
    assert_eq!(one_point(1.0, 0.0), (3.0, 0.0));
    assert_eq!(one_point(0.5, 0.0), (5.0, 0.0));
    // Iterations at ¼ + ε come to π ÷ √ε (D. Boll, 1991): that many before it is past 2.
    let (n, inside) = one_point(0.25 + 1e-8, 0.0);
    assert!((n * 1e-4 - std::f64::consts::PI).abs() < 1e-3 && inside == 0.0, "{n}");
}

#[test]
fn rows_differ_greatly() {
    let rows = results("mandelbrot", "tasks = 40\nwidth = 60\nheight = 40\nmax_iter = 1000", 40);
    let costs: Vec<f64> = rows.iter().map(|values| values[0]).collect();
    let (least, most) = (costs.iter().copied().fold(f64::MAX, f64::min), costs.iter().copied().fold(0.0, f64::max));
    assert!(most > 50.0 * least, "from {least} to {most}");
}

#[test]
fn a_grid_may_vary_everything() {
    let body = "width = 8\nheight = 5\n[grid]\nmax_iter = [10, 20]\nx = [0, 2]\ncentre_y = [0, 0.5]";
    let all = results("mandelbrot", body, 8);
    let single = |max_iter: u64, x: u64, centre_y: f64| {
        let body = format!("inputs = [{x}]\nwidth = 8\nheight = 5\nmax_iter = {max_iter}\ncentre_y = {centre_y}");
        results("mandelbrot", &body, 1)[0]
    };
    assert_eq!(all[3], single(10, 2, 0.5));
    assert_eq!(all[6], single(20, 2, 0.0));
}

#[test]
fn it_tells_how_far_it_is_and_stops_within_a_point() {
    let body = "inputs = [0]\nwidth = 1\nheight = 1\nmax_iter = 1e6";
    tells_and_stops(&*build("mandelbrot", body), 0, 10);
    tells_and_stops(&*build("mandelbrot", "inputs = [200]\nwidth = 1000"), 0, 4);
}

#[test]
fn parameters_keep_to_their_bounds() {
    assert!(objections("mandelbrot", "width = 0").contains("width = 0: must be at least 1"));
    assert!(objections("mandelbrot", "max_iter = 2e9").contains("must be at most 1e9"));
    assert!(objections("mandelbrot", "span = 0").contains("span = 0: must be at least 1e-12"));
    assert!(objections("mandelbrot", "centre_x = 5").contains("must be at most 4"));
}
