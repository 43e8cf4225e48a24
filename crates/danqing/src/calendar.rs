//! Times as text: milliseconds since 1970 as dates of the Gregorian calendar.

/// China keeps one time of day, eight hours before that of Greenwich.
const CHINA_S: i64 = 8 * 3600;

/// Such as `2026-11-25T20:19:06Z` (RFC 3339).
pub(crate) fn universal(ms: i64) -> String {
    let Moment { date, time } = Moment::of(ms.div_euclid(1000));
    format!("{date}T{time}Z")
}

/// Such as `2026-11-26 04:19:06`, in China.
pub(crate) fn in_china(ms: i64) -> String {
    let Moment { date, time } = Moment::of(ms.div_euclid(1000) + CHINA_S);
    format!("{date} {time}")
}

/// Such as `20261126041906`, in China: as A1111 writes times of jobs.
pub(crate) fn stamp(ms: i64) -> String {
    in_china(ms).chars().filter(char::is_ascii_digit).collect()
}

struct Moment {
    date: String,
    time: String,
}

impl Moment {
    fn of(seconds: i64) -> Self {
        let (year, month, day) = date(seconds.div_euclid(86_400));
        let second = seconds.rem_euclid(86_400);
        Self {
            date: format!("{year:04}-{month:02}-{day:02}"),
            time: format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60),
        }
    }
}

/// Year, month and day of a day since 1970. Years begin in March here, so that the leap day comes last; 400 years have
/// 146,097 days. Source: H. Richards, *Calendars* (1998), the usual reckoning from day numbers.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    // By `date -u -d @SECONDS`.
    #[test]
    fn days_of_the_calendar_are_found() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_614_556_799, "2021-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(universal(seconds * 1000), text, "{seconds}");
        }
        assert_eq!(in_china(0), "1970-01-01 08:00:00", "eight hours before");
        assert_eq!(stamp(0), "19700101080000", "digits alone");
    }
}
