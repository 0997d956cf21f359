night = {}; day = {}
