// On a narrow screen the pages stand in one row to swipe: it begins where we are.
document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
