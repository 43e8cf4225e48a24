//! Rearranging pixels.

/// Turns channels into pixels: `y[(row * r + i), (column * r + j), c] = x[row, column, c * r * r + i * r + j]`.
///
/// `x`: (height, width, channels * factor * factor); `y`: (height * factor, width * factor, channels). The order of
/// channels is torch's. Source: Shi et al. 2016, arXiv:1609.05158, equation 4.
pub fn pixel_shuffle(x: &[f32], height: usize, width: usize, channels: usize, factor: usize, y: &mut [f32]) {
    assert_eq!(
        x.len(),
        height * width * channels * factor * factor,
        "x is not (height, width, channels * factor^2)"
    );
    assert_eq!(y.len(), x.len(), "input and output differ in length");
    let row_values = width * factor * channels;
    for (row, y) in y.chunks_exact_mut(row_values.max(1)).enumerate() {
        let (source, i) = (row / factor, row % factor);
        for (column, y) in y.chunks_exact_mut(channels).enumerate() {
            let (pixel, j) = (source * width + column / factor, column % factor);
            let x = &x[pixel * channels * factor * factor..][i * factor + j..];
            for (y, x) in y.iter_mut().zip(x.iter().step_by(factor * factor)) {
                *y = *x;
            }
        }
    }
}
