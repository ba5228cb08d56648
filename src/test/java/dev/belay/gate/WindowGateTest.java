package dev.belay.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.Choices;
import dev.belay.release.ReleaseWindow;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowGateTest {
    private static final ZoneId OSLO = ZoneId.of("Europe/Oslo");
    private static final LocalDate START = LocalDate.of(2026, 1, 1);
    private static final int DAYS = 365;
    private static final int MINUTES = 24 * 60;

    private static ReleaseWindow window(
            String days, String hours, ZoneId zone, String... holidays) {
        return ReleaseWindow.of(
                days, hours, zone, List.of(holidays).stream().map(LocalDate::parse).toList());
    }

    private static List<ReleaseWindow> oslo(String days, String hours, String... holidays) {
        return List.of(window(days, hours, OSLO, holidays));
    }

    private static Instant at(String instant) {
        return Instant.parse(instant);
    }

    private static Instant next(List<ReleaseWindow> windows, String after) {
        return WindowGate.next(windows, at(after)).orElseThrow().begin();
    }

    @ParameterizedTest
    @CsvSource({
        // 2026-11-30 is a Monday; Oslo is one hour ahead of UTC in winter.
        "2026-11-30T07:59:59.999Z, false",
        "2026-11-30T08:00:00Z, true",
        "2026-12-03T14:59:59.999Z, true",
        "2026-12-03T15:00:00Z, false",
        "2026-12-04T10:00:00Z, false",
        "2026-07-06T07:00:00Z, true",
        "2026-12-24T10:00:00Z, false"
    })
    void it_opens_at_its_first_instant_and_not_at_its_last(String instant, boolean open) {
        List<ReleaseWindow> windows = oslo("mon-thu", "09:00-16:00", "2026-12-24");
        assertThat(WindowGate.open(windows, at(instant)).isPresent()).isEqualTo(open);
        assertThat(WindowGate.closed(windows, at(instant)).isEmpty()).isEqualTo(open);
    }

    @Test
    void who_is_refused_reads_when_it_opens() {
        assertThat(
                        WindowGate.closed(
                                oslo("mon-thu", "09:00-16:00", "2026-12-07"),
                                at("2026-12-03T15:00:00Z")))
                .contains(
                        "releases begin in mon-thu 09:00-16:00 Europe/Oslo: the next time is"
                                + " Tue 2026-12-08 09:00 Europe/Oslo");
        assertThat(WindowGate.closed(List.of(), at("2026-12-03T15:00:00Z"))).isEmpty();
    }

    @Test
    void hours_that_end_before_they_begin_go_on_over_midnight() {
        List<ReleaseWindow> night = oslo("fri", "22:00-04:00");
        assertThat(WindowGate.open(night, at("2026-12-05T02:59:00Z"))).isPresent();
        assertThat(WindowGate.open(night, at("2026-12-05T03:00:00Z"))).isEmpty();
        assertThat(WindowGate.open(night, at("2026-12-04T02:00:00Z"))).isEmpty();
    }

    @Test
    void a_night_ends_where_a_holiday_begins_and_none_begins_on_one() {
        List<ReleaseWindow> night = oslo("mon-sun", "22:00-04:00", "2026-12-24");
        assertThat(WindowGate.closes(night, at("2026-12-23T22:00:00Z")))
                .contains(at("2026-12-23T23:00:00Z"));
        assertThat(WindowGate.open(night, at("2026-12-24T22:00:00Z"))).isEmpty();
        assertThat(next(night, "2026-12-23T23:00:00Z")).isEqualTo(at("2026-12-25T21:00:00Z"));
    }

    @Test
    void hours_that_end_when_they_begin_last_a_day() {
        List<ReleaseWindow> always = oslo("mon-sun", "00:00-00:00");
        assertThat(WindowGate.open(always, at("2026-12-04T23:00:00Z"))).isPresent();
        assertThat(WindowGate.closes(always, at("2026-12-04T23:00:00Z"))).isEmpty();
        assertThat(WindowGate.closes(oslo("sat", "00:00-00:00"), at("2026-12-05T12:00:00Z")))
                .contains(at("2026-12-05T23:00:00Z"));
    }

    /// On 2026-03-29 Oslo has no time between 02:00 and 03:00.
    @Test
    void an_end_that_the_clocks_jump_over_is_when_they_jump() {
        Instant jump = at("2026-03-29T01:00:00Z");
        assertThat(next(oslo("sun", "02:30-05:00"), "2026-03-28T12:00:00Z")).isEqualTo(jump);
        assertThat(WindowGate.closes(oslo("sun", "00:30-02:30"), at("2026-03-29T00:00:00Z")))
                .contains(jump);
        assertThat(next(oslo("sun", "02:15-02:45"), "2026-03-28T12:00:00Z"))
                .as("there is nothing of it on that day")
                .isEqualTo(at("2026-04-05T00:15:00Z"));
    }

    /// On 2026-10-25 Oslo has the time between 02:00 and 03:00 twice.
    @Test
    void an_end_that_comes_twice_is_the_first_one() {
        assertThat(next(oslo("sun", "02:30-05:00"), "2026-10-24T12:00:00Z"))
                .isEqualTo(at("2026-10-25T00:30:00Z"));
        assertThat(WindowGate.closes(oslo("sun", "02:30-05:00"), at("2026-10-25T01:30:00Z")))
                .contains(at("2026-10-25T04:00:00Z"));
        assertThat(WindowGate.closes(oslo("sun", "00:30-02:30"), at("2026-10-24T23:00:00Z")))
                .contains(at("2026-10-25T00:30:00Z"));
    }

    @Test
    void windows_that_meet_are_open_through() {
        List<ReleaseWindow> two =
                List.of(
                        window("mon", "09:00-12:00", OSLO),
                        window("mon", "10:00-14:00", ZoneId.of("Europe/Helsinki")),
                        window("mon", "13:00-15:00", OSLO));
        assertThat(WindowGate.closes(two, at("2026-11-30T08:30:00Z")))
                .contains(at("2026-11-30T14:00:00Z"));
    }

    @Test
    void a_window_whose_days_are_all_free_never_opens_and_says_so() {
        var all = new TreeSet<LocalDate>();
        for (int day = 0; day < 1_000; day++) {
            all.add(START.plusDays(day));
        }
        var never =
                new ReleaseWindow(
                        EnumSet.allOf(DayOfWeek.class),
                        LocalTime.of(9, 0),
                        LocalTime.of(10, 0),
                        OSLO,
                        all);
        assertThat(WindowGate.next(List.of(never), at("2026-01-01T12:00:00Z"))).isEmpty();
        assertThat(WindowGate.closed(List.of(never), at("2026-01-01T12:00:00Z")).orElseThrow())
                .endsWith("there is no such time in the next two years");
    }

    @ParameterizedTest
    @CsvSource({
        "mon-thu, mon-thu",
        "'fri-mon', 'mon,fri-sun'",
        "'sun,mon,tue', 'mon-tue,sun'",
        "wed, wed"
    })
    void days_are_read_and_written(String written, String text) {
        ReleaseWindow window = window(written, "09:00-16:00", OSLO);
        assertThat(window.daysText()).isEqualTo(text);
        assertThat(window(window.daysText(), window.hoursText(), OSLO)).isEqualTo(window);
    }

    @Test
    void what_is_no_day_is_refused() {
        assertThatThrownBy(() -> window("mon-fry", "09:00-16:00", OSLO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fry");
        assertThatThrownBy(() ->
                        new ReleaseWindow(
                                Set.of(),
                                LocalTime.NOON,
                                LocalTime.MIDNIGHT,
                                OSLO,
                                new TreeSet<>()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static ReleaseWindow anyWindow(Choices choices) {
        var days = EnumSet.of(DayOfWeek.of(choices.between(1, 7)));
        for (DayOfWeek day : DayOfWeek.values()) {
            if (choices.chance(40)) {
                days.add(day);
            }
        }
        var holidays = new TreeSet<LocalDate>();
        for (int count = choices.between(0, 5); count > 0; count--) {
            holidays.add(START.plusDays(choices.between(0, DAYS)));
        }
        return new ReleaseWindow(
                days,
                LocalTime.ofSecondOfDay(choices.between(0, MINUTES - 1) * 60L),
                LocalTime.ofSecondOfDay(choices.between(0, MINUTES - 1) * 60L),
                choices.oneOf(
                        List.of(
                                OSLO,
                                ZoneId.of("America/New_York"),
                                ZoneId.of("Australia/Lord_Howe"),
                                ZoneId.of("Asia/Kathmandu"),
                                ZoneId.of("Pacific/Apia"))),
                holidays);
    }

    private static Instant anyInstant(Choices choices) {
        return START.plusDays(choices.between(0, DAYS))
                .atStartOfDay(ZoneOffset.UTC)
                .plusMinutes(choices.between(0, MINUTES))
                .toInstant();
    }

    /// Away from clock changes a window is what a person reads on the wall.
    private static boolean onTheWall(ReleaseWindow window, ZonedDateTime now) {
        LocalTime time = now.toLocalTime();
        LocalDate today = now.toLocalDate();
        LocalDate yesterday = today.minusDays(1);
        boolean opensToday =
                window.days().contains(today.getDayOfWeek()) && !window.holidays().contains(today);
        boolean openedYesterday =
                window.days().contains(yesterday.getDayOfWeek())
                        && !window.holidays().contains(yesterday);
        if (window.from().isBefore(window.to())) {
            return opensToday && !time.isBefore(window.from()) && time.isBefore(window.to());
        }
        return (opensToday && !time.isBefore(window.from()))
                || (openedYesterday
                        && time.isBefore(window.to())
                        && !window.holidays().contains(today));
    }

    @Test
    void it_is_open_when_the_clock_on_the_wall_says_so() {
        Choices.forAll(
                3_000,
                choices -> {
                    ReleaseWindow window = anyWindow(choices);
                    ZonedDateTime now = anyInstant(choices).atZone(window.zone());
                    boolean changing =
                            !now.minusHours(30).getOffset().equals(now.plusHours(30).getOffset());
                    if (!changing) {
                        assertThat(WindowGate.open(List.of(window), now.toInstant()).isPresent())
                                .as("%s without %s at %s", window.text(), window.holidays(), now)
                                .isEqualTo(onTheWall(window, now));
                    }
                });
    }

    @Test
    void opening_closing_and_being_open_agree_over_every_clock_change() {
        Choices.forAll(
                2_000,
                choices -> {
                    var windows = new ArrayList<ReleaseWindow>();
                    for (int count = choices.between(1, 3); count > 0; count--) {
                        windows.add(anyWindow(choices));
                    }
                    Instant now = anyInstant(choices);
                    Duration moment = Duration.ofMillis(1);
                    WindowGate.next(windows, now)
                            .ifPresent(opening -> {
                                assertThat(opening.begin()).isAfter(now);
                                assertThat(WindowGate.open(windows, opening.begin())).isPresent();
                                if (WindowGate.open(windows, now).isEmpty()) {
                                    Instant before = opening.begin().minus(moment);
                                    assertThat(WindowGate.open(windows, before)).isEmpty();
                                }
                            });
                    WindowGate.closes(windows, now)
                            .ifPresent(end -> {
                                assertThat(end).isAfter(now);
                                assertThat(WindowGate.open(windows, end)).isEmpty();
                                assertThat(WindowGate.open(windows, end.minus(moment))).isPresent();
                            });
                });
    }
}
